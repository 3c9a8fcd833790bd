import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identify, isAlive, memoryOf, type ProcessIdentity, signal, startedWith } from "./processes.ts";
import type { Program, ProgramStatus } from "./types.ts";

/** Content of a pid file. */
interface PidFile extends ProcessIdentity {
  readonly program: Program;
}

/** Environment variable that tells our processes from others. */
const markVariable = "PULUMI_AKASH_DAEMON";
const pollMs = 20;

/**
 * A program that outlives us, with its pid file and log in `folder`. Only processes that were started here
 * are ever signalled: those behind the pid file, and those that carry the mark of this folder and name when
 * the pid file was lost.
 */
export class Daemon {
  readonly name: string;
  readonly log: string;
  readonly #folder: string;
  readonly #pidFile: string;
  readonly #mark: string;

  constructor(folder: string, name: string) {
    this.name = name;
    this.log = join(folder, "logs", `${name}.log`);
    this.#folder = folder;
    this.#pidFile = join(folder, "pids", `${name}.json`);
    this.#mark = join(folder, name);
  }

  /** Whether our process lives, whatever it was started with. */
  get alive(): boolean {
    return this.#recorded() !== undefined;
  }

  /** Whether it lives and was started as this program. */
  runs(program: Program): boolean {
    return JSON.stringify(this.#recorded()?.program) === JSON.stringify(program);
  }

  status(): ProgramStatus {
    const pid = this.#recorded()?.pid;
    const memory = pid === undefined ? undefined : memoryOf(pid);
    return { name: this.name, pid, started: existsSync(this.#pidFile), memory, log: this.log };
  }

  /** Starts the program in a session of its own, with its output in the log. The log before is kept as `.previous`. */
  async start(program: Program): Promise<void> {
    for (const folder of ["logs", "pids"]) mkdirSync(join(this.#folder, folder), { recursive: true });
    if (existsSync(this.log)) renameSync(this.log, `${this.log}.previous`);
    const output = openSync(this.log, "w", 0o600);
    try {
      const child = spawn(program.command, program.args, {
        cwd: this.#folder,
        detached: true,
        stdio: ["ignore", output, output],
        // Nothing else is inherited: not the user's secrets, proxies or settings of these programs.
        env: {
          PATH: process.env["PATH"],
          TMPDIR: process.env["TMPDIR"],
          HOME: this.#folder,
          ...program.env,
          [markVariable]: this.#mark,
        },
      });
      const started = child.pid === undefined ? undefined : identify(child.pid);
      if (started) writeFileSync(this.#pidFile, JSON.stringify({ ...started, program } satisfies PidFile));
      await once(child, "spawn");
      child.unref();
    } finally {
      closeSync(output);
    }
  }

  /**
   * Asks it to end, and ends it when it has not after `graceMs`.
   *
   * @param graceMs milliseconds
   */
  async stop(graceMs: number): Promise<void> {
    const processes = [...startedWith(`${markVariable}=${this.#mark}`), this.#recorded() ?? []].flat();
    for (const found of processes) signal(found, "SIGTERM");
    const deadline = Date.now() + graceMs;
    for (let left = processes; left.length > 0; left = left.filter(isAlive)) {
      if (Date.now() >= deadline) for (const found of left) signal(found, "SIGKILL");
      await sleep(pollMs);
    }
    rmSync(this.#pidFile, { force: true });
  }

  /** Last lines of the log. */
  logTail(lines = 12): string {
    if (!existsSync(this.log)) return "";
    return readFileSync(this.log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  }

  #recorded(): PidFile | undefined {
    try {
      const file = JSON.parse(readFileSync(this.#pidFile, "utf8")) as PidFile;
      return isAlive(file) ? file : undefined;
    } catch {
      return undefined;
    }
  }
}
