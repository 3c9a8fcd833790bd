import { spawn, spawnSync } from "node:child_process";

export interface TerminalRun {
  /** A shell command. */
  readonly command: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Size in characters; default 80 by 24. */
  readonly columns?: number;
  readonly rows?: number;
  /** After so many seconds it is ended; default 60. */
  readonly timeoutSeconds?: number;
  /** Called with all that was written so far, whenever there is more; what it gives is typed. */
  readonly type?: (output: string) => string | undefined;
}

/** Whether util-linux's `script` is there, which makes terminals. */
export const hasTerminals = (): boolean => spawnSync("script", ["--version"]).status === 0;

/** Runs a command on a terminal of its own: it reads what is typed, and everything it writes comes back as it is. */
export function runOnTerminal({
  command,
  cwd = process.cwd(),
  env = process.env,
  columns = 80,
  rows = 24,
  timeoutSeconds = 60,
  type,
}: TerminalRun): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const sized = `stty cols ${columns} rows ${rows}; ${command}`;
    const child = spawn("timeout", [String(timeoutSeconds), "script", "-qec", sized, "/dev/null"], {
      cwd,
      env,
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      const typed = type?.(output);
      if (typed !== undefined) child.stdin.write(typed);
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
