import { readFileSync } from "node:fs";
import { availableParallelism, freemem } from "node:os";

/** What there is to run engines with. */
export interface Machine {
  readonly cores: number;
  /** Memory that can be used without swapping, bytes. */
  readonly availableBytes: number;
}

/** Memory of one engine run with its program and plugins, bytes; measured at 510 MB (`npm run bench`). */
const SITE_BYTES = 640 * 1024 ** 2;
/** Part of the free memory that engine runs may take. */
const MEMORY_SHARE = 0.8;

/**
 * Sites worked on at once: as many as there are cores, and no more than fit into memory, at least one.
 *
 * @param declared a number is an upper limit of the operator's own
 */
export function siteConcurrency(declared: "auto" | number, machine: Machine = thisMachine()): number {
  const fitting = Math.floor((machine.availableBytes * MEMORY_SHARE) / SITE_BYTES);
  const limit = declared === "auto" ? machine.cores : declared;
  return Math.max(1, Math.min(limit, fitting));
}

function thisMachine(): Machine {
  return { cores: availableParallelism(), availableBytes: availableMemory() };
}

/** What Linux could give without swapping: free memory alone leaves out its caches. */
function availableMemory(): number {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
    return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
  } catch {
    return freemem();
  }
}
