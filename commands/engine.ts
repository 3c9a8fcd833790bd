import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EngineEvent } from "./engineEvents.ts";
import { makeRunFolder } from "./runFolder.ts";

/** An engine run that ended with an exit code other than the expected ones. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly exitCode: number;
  /** Empty unless asked for with `events`. */
  readonly events: readonly EngineEvent[];
  constructor(command: string, exitCode: number, tail: string, events: readonly EngineEvent[] = []) {
    super(`\`pulumi ${command}\` ended with exit code ${exitCode}.${tail === "" ? "" : `\n${tail}`}`);
    this.exitCode = exitCode;
    this.events = events;
  }
}

/** Where the engine's own words go: to the person, to standard error (standard output is kept for JSON), or into the result. */
export type EngineOutput = "show" | "stderr" | "capture";

export interface EngineRun {
  readonly exitCode: number;
  /** Standard output; empty unless captured. */
  readonly stdout: string;
  /** The last lines of what it said; empty unless captured. */
  readonly tail: string;
  /** Empty unless asked for with `events`. */
  readonly events: readonly EngineEvent[];
}

export interface EngineOptions {
  /** Working directory: the folder of Pulumi.yaml. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly output: EngineOutput;
  /** Collect the engine's event log. Default false. */
  readonly events?: boolean;
  /** Exit codes that are an answer, not an error. Default `[0]`. */
  readonly expected?: readonly number[];
}

/** Lines of the engine's output kept for an error's text. */
const TAIL_LINES = 25;

/**
 * Runs `pulumi` once and waits for it. An interrupt reaches it through the terminal's process group; it then
 * finishes what is under way and saves the state, so this process only waits. Its temporary files are removed.
 *
 * @throws EngineError when the exit code is not an expected one
 */
export async function runEngine(args: readonly string[], options: EngineOptions): Promise<EngineRun> {
  // The Kubernetes plugin leaves a copy of the kubeconfig among the temporary files of each run.
  const run = await makeRunFolder();
  const eventLog = options.events ? join(run.folder, "events.jsonl") : undefined;
  const env = { ...options.env, ...run.env };
  try {
    const { exitCode, stdout, tail } = await spawnEngine(args, { ...options, env }, eventLog);
    // Where the engine ended early, there may be no log.
    const log = eventLog === undefined ? "" : await readFile(eventLog, "utf8").catch(() => "");
    const events = parseEventLog(log);
    if (!(options.expected ?? [0]).includes(exitCode)) {
      throw new EngineError(args.join(" "), exitCode, tail, events);
    }
    return { exitCode, stdout, tail, events };
  } finally {
    await run.remove();
  }
}

type EngineResult = Omit<EngineRun, "events">;

/** Runs under way; a fleet has several. */
let running = 0;
const wait = () => {};

function spawnEngine(args: readonly string[], options: EngineOptions, eventLog: string | undefined) {
  // The event log's flag is one of the CLI's debug commands.
  const env = eventLog === undefined ? options.env : { ...options.env, PULUMI_DEBUG_COMMANDS: "true" };
  const extra = eventLog === undefined ? [] : ["--event-log", eventLog];
  const show = options.output === "show";
  const child = spawn("pulumi", [...args, ...extra], {
    cwd: options.cwd,
    env,
    stdio: ["inherit", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
  });
  if (running++ === 0) process.on("SIGINT", wait);
  let stdout = "";
  let tail = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk;
    tail = lastLines(tail + chunk);
    if (options.output === "stderr") process.stderr.write(chunk);
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    tail = lastLines(tail + chunk);
    if (options.output === "stderr") process.stderr.write(chunk);
  });
  return new Promise<EngineResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
      resolve({ exitCode, stdout, tail: options.output === "capture" ? tail.trim() : "" });
    });
  }).finally(() => {
    if (--running === 0) process.off("SIGINT", wait);
  });
}

function lastLines(text: string): string {
  return text.split("\n").slice(-TAIL_LINES).join("\n");
}

function parseEventLog(text: string): EngineEvent[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as EngineEvent);
}
