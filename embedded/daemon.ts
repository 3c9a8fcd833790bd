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
import { identityOf, memoryOf } from "./identity.ts";
import type { Program, ProgramStatus } from "./types.ts";

/** Content of a pid file. */
interface PidFile {
  readonly pid: number;
  /** Of the process we started; another process with this pid has another one. */
  readonly identity: string;
  /** The command line it was started with. */
  readonly command: readonly string[];
}

/**
 * A program that outlives us, with its pid file and log in `folder`. It is signalled only while the process
 * behind the pid file is still the one that was started here.
 */
export class Daemon {
  readonly name: string;
  readonly log: string;
  readonly #folder: string;
  readonly #pidFile: string;

  constructor(folder: string, name: string) {
    this.name = name;
    this.log = join(folder, "logs", `${name}.log`);
    this.#folder = folder;
    this.#pidFile = join(folder, "pids", `${name}.json`);
  }

  /** Whether our process lives, whatever it was started with. */
  get alive(): boolean {
    return this.#read() !== undefined;
  }

  /** Whether it lives and was started with this command line. */
  runs({ command, args }: Program): boolean {
    const expected = [command, ...args];
    const actual = this.#read()?.command;
    return actual?.length === expected.length && expected.every((part, index) => part === actual[index]);
  }

  status(): ProgramStatus {
    const pid = this.#read()?.pid;
    return { name: this.name, pid, memory: pid === undefined ? undefined : memoryOf(pid), log: this.log };
  }

  /** Starts the program in a session of its own, with its output in the log. The log before is kept as `.previous`. */
  async start({ command, args, env }: Program): Promise<void> {
    for (const folder of ["logs", "pids"]) mkdirSync(join(this.#folder, folder), { recursive: true });
    if (existsSync(this.log)) renameSync(this.log, `${this.log}.previous`);
    const output = openSync(this.log, "w", 0o600);
    try {
      const child = spawn(command, args, {
        cwd: this.#folder,
        detached: true,
        stdio: ["ignore", output, output],
        // Nothing else is inherited: not the user's secrets, proxies or settings of these programs.
        env: { PATH: process.env["PATH"], TMPDIR: process.env["TMPDIR"], HOME: this.#folder, ...env },
      });
      if (child.pid !== undefined) this.#write(child.pid, [command, ...args]);
      await once(child, "spawn");
      child.unref();
    } finally {
      closeSync(output);
    }
  }

  /**
   * Asks it to end, and ends it when it has not after `graceMs`.
   *
   * @param graceMs milliseconds; 0 ends it at once
   */
  async stop(graceMs: number): Promise<void> {
    this.#signal(graceMs > 0 ? "SIGTERM" : "SIGKILL");
    const deadline = Date.now() + graceMs;
    while (this.alive) {
      if (Date.now() >= deadline) this.#signal("SIGKILL");
      await sleep(20);
    }
    rmSync(this.#pidFile, { force: true });
  }

  /** Last lines of the log. */
  logTail(lines = 12): string {
    if (!existsSync(this.log)) return "";
    return readFileSync(this.log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#read()?.pid;
    try {
      if (pid !== undefined) process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  #read(): PidFile | undefined {
    try {
      const file = JSON.parse(readFileSync(this.#pidFile, "utf8")) as PidFile;
      return identityOf(file.pid) === file.identity ? file : undefined;
    } catch {
      return undefined;
    }
  }

  #write(pid: number, command: readonly string[]): void {
    const identity = identityOf(pid);
    if (identity === undefined) return;
    writeFileSync(this.#pidFile, JSON.stringify({ pid, identity, command } satisfies PidFile));
  }
}
