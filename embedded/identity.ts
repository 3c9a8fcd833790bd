import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/**
 * What tells a process from a later one with the same id: the boot it belongs to and its start time in
 * clock ticks. It does not change while the process lives, not even when it executes another program.
 *
 * @returns undefined when there is no such process, or only its remains that nobody waited for
 */
export function identityOf(pid: number): string | undefined {
  return existsSync("/proc/self/stat") ? linuxIdentity(pid) : portableIdentity(pid);
}

function linuxIdentity(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (state === "Z" || state === "X") return undefined;
  const startTime = rest[18];
  return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${startTime}`;
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

/** Resident memory of a process in bytes, where the system tells. */
export function memoryOf(pid: number): number | undefined {
  const kilobytes = readIfThere(`/proc/${pid}/status`)?.match(/^VmRSS:\s+(\d+) kB$/m)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
