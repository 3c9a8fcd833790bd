import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { cacheRootOf } from "./cache.ts";
import type { Context } from "./context.ts";
import { arePluginsToBeHad, composeEnvironment, linkPrograms } from "./environment.ts";
import { explainDiskError, ToolchainError } from "./errors.ts";
import { openMemo } from "./memo.ts";
import { expandTools, loadPins, platformOf, type ToolGroup, toolchainFolder } from "./pins.ts";
import { createProgress, formatElapsed, type Progress, silentProgress } from "./progress.ts";
import { findTool, hasReleaseAtHand, obtainTool } from "./resolve.ts";

export { cacheRootOf } from "./cache.ts";
export { ToolchainError, type ToolchainErrorCode } from "./errors.ts";
export { type ArtefactPin, loadPins, type Pins, type ToolGroup } from "./pins.ts";
export { createProgress, formatElapsed, type Progress, type Step, silentProgress } from "./progress.ts";

/** A program of the toolchain, by the name of its executable. */
export type ToolName =
  | "pulumi"
  | "pulumi-language-nodejs"
  | "pulumi-resource-kubernetes"
  | "akash"
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "kwok"
  | "kwokctl"
  | "keyring-reader";

export interface ToolchainOptions {
  /** Tools or groups; default `["engine"]`. The dev stack also needs `"embedded"`, the tests `"test"`. */
  tools?: readonly (ToolName | ToolGroup)[];
  /** Where steps are told; default stderr. */
  progress?: Progress;
  /** Says nothing at all; default false. */
  silent?: boolean;
  /** Uses no network; default false. */
  offline?: boolean;
  /** Folder with release files, tried before official addresses; default PULUMI_AKASH_MIRROR. */
  mirror?: string;
  /** Environment to look into and to build on; default this process's. */
  env?: NodeJS.ProcessEnv;
}

/** Programs that are there, and the environment to run them in. */
export interface Toolchain {
  /** Absolute path of a program. Throws ToolchainError `unknown-tool` for one that was not asked for. */
  path(tool: ToolName): string;
  /** PATH with the programs first, and what keeps Pulumi from searching for updates and plugins. */
  env: NodeJS.ProcessEnv;
}

const downloadsAtOnce = 4;

/**
 * Sees to it that the pinned programs are on this machine: from PATH (exactly the pinned version),
 * the cache, a mirror folder, the official release checked by SHA-256, or built from the Go module.
 * Warm it takes a fraction of a second. Throws ToolchainError.
 */
export async function ensureToolchain(options: ToolchainOptions = {}): Promise<Toolchain> {
  const started = Date.now();
  const env = options.env ?? process.env;
  const root = cacheRootOf(env);
  const context: Context = {
    pins: loadPins(),
    platform: platformOf(),
    root,
    modulesFolder: join(toolchainFolder, "modules"),
    env,
    memo: openMemo(root),
    progress: options.silent ? silentProgress : (options.progress ?? createProgress({ env })),
    mirror: options.mirror ?? env.PULUMI_AKASH_MIRROR,
    offline: options.offline ?? false,
  };
  try {
    mkdirSync(root, { recursive: true });
    const programs = await locateAll(context, expandTools(context.pins, options.tools ?? ["engine"]));
    const binFolder = linkPrograms(root, programs);
    const result = composeEnvironment(env, binFolder, await arePluginsToBeHad(context));
    context.progress.line(`toolchain ready (${formatElapsed(Date.now() - started)})`);
    return { env: result, path: (tool) => pathOf(programs, tool) };
  } catch (error) {
    throw explainDiskError(error, root);
  }
}

async function locateAll(context: Context, tools: string[]): Promise<Map<string, string>> {
  const programs = new Map<string, string>();
  const locate = async (names: string[]): Promise<string[]> => {
    const missing: string[] = [];
    for (const tool of names) {
      const path = await findTool(context, tool);
      if (path) programs.set(tool, path);
      else missing.push(tool);
    }
    return missing;
  };
  let missing = await locate(tools);
  if (missing.length > 0) {
    const atHand = await Promise.all(missing.map((tool) => hasReleaseAtHand(context, tool)));
    await eachAtOnce(
      downloadsAtOnce,
      missing.filter((_, i) => atHand[i]),
      (tool) => obtainTool(context, tool),
    );
    // A release may have brought along others (the language host comes with the engine).
    missing = await locate(missing);
    // Go uses every core by itself; two builds at once only fight over memory.
    for (const tool of missing) await obtainTool(context, tool);
    missing = await locate(missing);
  }
  if (missing.length > 0) {
    throw new ToolchainError(
      "unavailable",
      `${missing.join(", ")}: installed, but not found in the cache folder ${context.root}`,
      "Something removes files there: check, and run the command again",
    );
  }
  return programs;
}

/** Runs `act` for every item, at most `limit` at a time; the first error is thrown when all have ended. */
async function eachAtOnce<T>(limit: number, items: T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const errors: unknown[] = [];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      await act(item).catch((error: unknown) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (errors.length > 0) throw errors[0];
}

function pathOf(programs: Map<string, string>, tool: string): string {
  const path = programs.get(tool);
  if (path) return path;
  throw new ToolchainError(
    "unknown-tool",
    `\`${tool}\` is not part of this toolchain`,
    `Ask ensureToolchain for it; it was asked for ${[...programs.keys()].join(", ")}`,
  );
}
