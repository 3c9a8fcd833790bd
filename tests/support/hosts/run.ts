import { type SpawnOptions, spawn } from "node:child_process";
import type { CommandOutcome } from "./types.ts";

/** Runs a program to its end; `input` goes to its stdin. */
export function run(
  program: string,
  args: readonly string[],
  options: SpawnOptions & { input?: string } = {},
): Promise<CommandOutcome> {
  const { input = "", ...rest } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...rest, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (chunk) => (stdout += chunk));
    child.stderr?.on("data", (chunk) => (stderr += chunk));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
    // A program that ends before it has read everything is not an error of its own.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

/** The same; throws when it ends with another code than 0. */
export async function succeed(
  program: string,
  args: readonly string[],
  options: SpawnOptions & { input?: string } = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, options);
  if (code === 0) return stdout;
  throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${`${stdout}${stderr}`.slice(-3000)}`);
}
