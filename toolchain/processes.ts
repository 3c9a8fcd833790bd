import { spawn } from "node:child_process";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { onStop } from "./signals.ts";

export interface RunResult {
  /** Exit code; -1 when the program could not be started or was ended by a signal. */
  code: number;
  /** Standard output, and the last part of both outputs together. */
  stdout: string;
  tail: string;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Ends the program after this many milliseconds; default: never. */
  timeoutMs?: number;
}

const tailSize = 8_000;

/**
 * Runs a program to its end. When this process is told to stop meanwhile, the program is
 * stopped first: a compiler left alone would go on writing into a folder nobody owns.
 */
export async function runProgram(
  command: string,
  args: string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: options.timeoutMs,
  });
  const forget = onStop((signal) => child.kill(signal));
  let stdout = "";
  let tail = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    tail = (tail + text).slice(-tailSize);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    tail = (tail + text).slice(-tailSize);
  });
  try {
    const code = await new Promise<number>((resolve) => {
      child.on("error", (error) => {
        tail += error.message;
        resolve(-1);
      });
      child.on("close", (exit) => resolve(exit ?? -1));
    });
    return { code, stdout, tail };
  } finally {
    forget();
  }
}

/**
 * The executables called `name` on PATH, in order. Left out: what npm installed (its
 * `pulumi` is a downloader) and everything under `except`.
 */
export function findOnPath(
  name: string,
  env: NodeJS.ProcessEnv = process.env,
  except: string[] = [],
): string[] {
  const found: string[] = [];
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    if (!folder) continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (!statSync(path).isFile()) continue;
      const real = realpathSync(path);
      if (real.includes(`${sep}node_modules${sep}`)) continue;
      if (except.some((root) => real.startsWith(root + sep) || path.startsWith(root + sep))) continue;
      if (!found.includes(path)) found.push(path);
    } catch {}
  }
  return found;
}

/** The last few lines of a program's output that say something, for an error message. */
export function lastLines(text: string, count = 6): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("go: downloading"))
    .slice(-count)
    .join("; ");
}
