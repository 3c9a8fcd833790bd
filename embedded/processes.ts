import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** A process that cannot be mistaken for a later one with the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The boot it belongs to and its start time in clock ticks; the same for as long as it lives. */
  readonly identity: string;
}

/** Undefined when there is no such process, or only its remains that nobody waited for. */
export function identify(pid: number): ProcessIdentity | undefined {
  const identity = existsSync("/proc/self/stat") ? linuxIdentity(pid) : portableIdentity(pid);
  return identity === undefined ? undefined : { pid, identity };
}

export function isAlive({ pid, identity }: ProcessIdentity): boolean {
  return identify(pid)?.identity === identity;
}

/** Signals the process if it still is the one that was identified. */
export function signal(target: ProcessIdentity, name: NodeJS.Signals): void {
  try {
    if (isAlive(target)) process.kill(target.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Processes that were started with this environment variable; none on systems that do not tell. */
export function startedWith(variable: string): ProcessIdentity[] {
  if (!existsSync("/proc/self/environ")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readIfThere(`/proc/${pid}/environ`)?.split("\0").includes(variable))
    .flatMap((pid) => identify(Number(pid)) ?? []);
}

/** Resident memory of a process in bytes, where the system tells. */
export function memoryOf(pid: number): number | undefined {
  const kilobytes = readIfThere(`/proc/${pid}/status`)?.match(/^VmRSS:\s+(\d+) kB$/m)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function linuxIdentity(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // Remains of a process that ended; while it has threads left, it still holds its files and ports.
  if (state === "X" || (state === "Z" && threads(pid) <= 1)) return undefined;
  const startTime = rest[18];
  return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${startTime}`;
}

function threads(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}

function portableIdentity(pid: number): string | undefined {
  try {
    const [state = "Z", ...started] = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    })
      .trim()
      .split(/\s+/);
    return state.startsWith("Z") ? undefined : started.join(" ");
  } catch {
    return undefined;
  }
}

/** A process can be gone, or somebody else's, by the time it is looked at. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
