import { join } from "node:path";
import { cacheRootOf } from "./cache.ts";
import type { Context } from "./context.ts";
import { ensureWith, type Toolchain } from "./ensure.ts";
import { openMemo } from "./memo.ts";
import { loadPins, platformOf, type ToolGroup, toolchainFolder } from "./pins.ts";
import { createProgress, type Progress, silentProgress } from "./progress.ts";

export { isAlive } from "./alive.ts";
export { cacheRootOf } from "./cache.ts";
export type { Toolchain } from "./ensure.ts";
export { ToolchainError, type ToolchainErrorCode } from "./errors.ts";
export { withLock } from "./lock.ts";
export { type ArtefactPin, loadPins, type Pins, type ToolGroup } from "./pins.ts";
export {
  createProgress,
  formatElapsed,
  type Progress,
  type Step,
  silentProgress,
  stepsOnly,
} from "./progress.ts";

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
  | "keyring-reader"
  | "etcdutl"
  | "versitygw"
  | "shellcheck"
  | "actionlint";

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
  return ensureWith(context, options.tools ?? ["engine"], started);
}
