import type { ArtefactPin } from "../../toolchain/pins.ts";

export interface ModuleOptions {
  /** Default: the toolchain's cache folder. */
  readonly cacheRoot?: string;
  /** Has a Go module on this machine and returns its folder. Default: with the toolchain's Go. */
  readonly fetchModule?: (module: string, timeoutMs: number) => Promise<string>;
  /** Time limit of each attempt in milliseconds. Default: 60000. */
  readonly timeoutMs?: number;
}

/** Default of `timeoutMs`. */
export const TIMEOUT_MS = 60_000;

/** Loaded only where nothing else has what is wanted. */
async function withToolchain(module: string, timeoutMs: number): Promise<string> {
  const { fetchGoModule } = await import("../../toolchain/goModule.ts");
  return fetchGoModule(module, { timeoutMs });
}

/**
 * The Go module of a pin, on this machine.
 *
 * @returns its folder
 * @throws ToolchainError
 */
export function fetchModuleOf(
  { module = "", version }: Pick<ArtefactPin, "module" | "version">,
  { fetchModule = withToolchain, timeoutMs = TIMEOUT_MS }: ModuleOptions,
): Promise<string> {
  return fetchModule(`${module}@${version}`, timeoutMs);
}
