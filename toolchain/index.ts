import { type ContextOptions, contextOf } from "./context.ts";
import { ensureWith, type Toolchain } from "./ensure.ts";
import type { ToolGroup } from "./pins.ts";

export { isAlive } from "./alive.ts";
export { cacheRootOf, pluginsOfCache, pluginsOfHome } from "./cache.ts";
export type { Toolchain } from "./ensure.ts";
export { lendPlugins, replaceLink } from "./environment.ts";
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

export interface ToolchainOptions extends ContextOptions {
  /** Tools or groups; default `["engine"]`. The dev stack also needs `"embedded"`, the tests `"test"`. */
  tools?: readonly (ToolName | ToolGroup)[];
}

/**
 * Sees to it that the pinned programs are on this machine: from PATH (exactly the pinned version),
 * the cache, a mirror folder, the official release checked by SHA-256, or built from the Go module.
 * Warm it takes a fraction of a second. Throws ToolchainError.
 */
export async function ensureToolchain(options: ToolchainOptions = {}): Promise<Toolchain> {
  const started = Date.now();
  return ensureWith(contextOf(options), options.tools ?? ["engine"], started);
}
