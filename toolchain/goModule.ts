import { tmpdir } from "node:os";
import { buildEnvironment } from "./build.ts";
import { type Context, contextOf } from "./context.ts";
import { ToolchainError } from "./errors.ts";
import { ensureGo } from "./go.ts";
import { lastLines, runProgram } from "./processes.ts";

export interface GoModuleOptions {
  /** Default: this machine's, telling its steps on standard error. */
  readonly context?: Context;
  /** Time limit of the download, milliseconds. Default: none. */
  readonly timeoutMs?: number;
}

/**
 * Has a Go module on this machine, from Go's cache or its proxy, with a Go that is obtained where there is none. No
 * checksum database is asked: whoever reads from it compares with what they know.
 *
 * @param module path and version, `example.org/module@v1.2.3`
 * @returns the folder with its files
 * @throws ToolchainError
 */
export async function fetchGoModule(module: string, options: GoModuleOptions = {}): Promise<string> {
  const { context = contextOf(), timeoutMs } = options;
  const toolchain = await ensureGo(context);
  const env = buildEnvironment(toolchain, tmpdir(), context.env);
  if (context.offline) env.GOPROXY = "off";
  const result = await runProgram(toolchain.go, ["mod", "download", "-json", module], {
    // No go.mod of somebody else's may have a say in it.
    cwd: tmpdir(),
    env,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const { Dir, Error: problem } = parse(result.stdout);
  if (result.code === 0 && Dir !== undefined) return Dir;
  throw new ToolchainError(
    "download",
    `Go module ${module} could not be had: ${problem ?? lastLines(result.tail)}`,
    "Check the network or GOPROXY, and run the command again",
  );
}

function parse(text: string): { readonly Dir?: string; readonly Error?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
