import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

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

/** What a process runs and since when, as far as the system tells. */
export interface ProcessStart {
  /** Name of its program, of which the system may keep only the first 15 characters. */
  readonly program: string;
  /** Milliseconds since the epoch by the present clock, to about a second. */
  readonly at: number;
}

/** Undefined when there is no such process. */
export function startOf(pid: number): ProcessStart | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  const boot = readIfThere("/proc/stat")?.match(/^btime (\d+)$/m)?.[1];
  if (stat === undefined || boot === undefined) return portableStart(pid);
  const end = stat.lastIndexOf(")");
  const ticks = Number(stat.slice(end + 2).split(" ")[19]);
  return {
    program: stat.slice(stat.indexOf("(") + 1, end),
    at: Number(boot) * 1000 + ticks * (1000 / TICKS_PER_SECOND),
  };
}

/** Resident memory of a process in bytes, where the system tells. */
export function memoryOf(pid: number): number | undefined {
  const kilobytes = readIfThere(`/proc/${pid}/status`)?.match(/^VmRSS:\s+(\d+) kB$/m)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** Linux counts in these towards programs, whatever it counts in itself. */
const TICKS_PER_SECOND = 100;

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

function portableStart(pid: number): ProcessStart | undefined {
  try {
    const text = execFileSync("ps", ["-o", "lstart=,comm=", "-p", String(pid)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    // Sun Nov 22 05:07:31 2026 /usr/bin/program
    const [weekday, month, day, time, year, ...command] = text.trim().split(/\s+/);
    const at = Date.parse(`${weekday} ${month} ${day} ${time} ${year}`);
    return Number.isNaN(at) ? undefined : { program: basename(command.join(" ")), at };
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
