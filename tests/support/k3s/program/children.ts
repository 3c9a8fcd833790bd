import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** Where the toolchain's programs are on the host. */
export const programs = "/opt/k3s-stand-in/bin";

export function say(level: "info" | "warning" | "error" | "fatal", message: string): void {
  process.stderr.write(`time="${new Date().toISOString()}" level=${level} msg=${JSON.stringify(message)}\n`);
}

const running = new Map<ChildProcess, string>();
let ending = false;

/**
 * Starts a program that ends with this process, however that ends: the unit's KillMode leaves what the real one's
 * containers are.
 *
 * @param whenEnded `restart` for those that may go, `fail` for those without which there is no cluster
 */
export function start(name: string, args: readonly string[], whenEnded: "restart" | "fail"): void {
  const child = spawn("setpriv", ["--pdeathsig", "KILL", `${programs}/${name}`, ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    // Memory for time, as in all of the scenarios (tests/run.ts).
    env: { ...process.env, GOGC: "400" },
  });
  running.set(child, name);
  child.once("exit", (code, signal) => {
    running.delete(child);
    if (ending) return;
    say("error", `${name} exited: ${signal ?? `exit status ${code}`}`);
    if (whenEnded === "fail") process.exit(1);
    setTimeout(() => start(name, args, whenEnded), 1_000);
  });
}

/** Ends every program. Only etcd has anything to put down; the real one's others are threads that go with it. */
export async function endAll(): Promise<void> {
  ending = true;
  for (const [child, name] of running) child.kill(name === "etcd" ? "SIGTERM" : "SIGKILL");
  const deadline = Date.now() + 10_000;
  while (running.size > 0 && Date.now() < deadline) await sleep(20);
  for (const child of running.keys()) child.kill("SIGKILL");
}

/** Tries until it succeeds; what goes wrong is in the journal, once for each cause. */
export async function until<T>(what: string, attempt: () => Promise<T>, pauseMs = 500): Promise<T> {
  let last = "";
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      if (cause !== last) say("info", `${what}: ${cause}`);
      last = cause;
      await sleep(pauseMs);
    }
  }
}
