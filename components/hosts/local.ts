import { spawn } from "node:child_process";
import { HostTimedOut } from "./errors.ts";
import { type Ended, type ExecuteOptions, type Executor, lineReader } from "./executor.ts";

/** This machine. Commands keep running when the terminal interrupts the program: what has begun is finished. */
export class LocalExecutor implements Executor {
  readonly name = "this machine";
  readonly root: boolean;
  readonly passwordEnv: string | undefined;

  /** @param asIs run scripts as whoever runs the program, without `sudo` */
  constructor(passwordEnv?: string, asIs = false) {
    this.passwordEnv = passwordEnv;
    this.root = asIs || process.getuid?.() === 0;
  }

  execute(
    command: string,
    stdin: readonly (string | Uint8Array)[],
    { step, timeoutSeconds, onLine }: ExecuteOptions,
  ): Promise<Ended> {
    const child = spawn(command, { shell: "/bin/sh", detached: true, stdio: "pipe", env: environment() });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
        reject(new HostTimedOut(this.name, step, timeoutSeconds));
      }, timeoutSeconds * 1000);
      const stdout: Buffer[] = [];
      const lines = lineReader(onLine);
      child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => lines.push(chunk));
      // A command that ends before it has read everything is no error of ours.
      child.stdin.on("error", () => {});
      for (const part of stdin) child.stdin.write(part);
      child.stdin.end();
      child.once("error", (error) => {
        clearTimeout(timer);
        reject(error);
      });
      child.once("close", (code, signal) => {
        clearTimeout(timer);
        lines.end();
        resolve({
          code: code ?? undefined,
          signal: signal ?? undefined,
          stdout: Buffer.concat(stdout).toString("utf8"),
        });
      });
    });
  }
}

/** What a login would have; nothing of the program's own, which may hold secrets. */
function environment(): NodeJS.ProcessEnv {
  const { PATH = "/usr/sbin:/usr/bin:/sbin:/bin", HOME = "/root" } = process.env;
  return { PATH, HOME };
}
