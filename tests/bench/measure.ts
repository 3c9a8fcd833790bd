import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { hrtime } from "node:process";

/** What one command cost, all its processes together. */
export interface Cost {
  readonly seconds: number;
  /** User and system time of the command and of every descendant it waited for. */
  readonly cpuSeconds: number;
  /** Highest sum, over the command's process tree, of proportional resident memory; sampled five times a second. */
  readonly peakMegabytes: number;
}

const SAMPLE_MS = 200;
/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that runs Node. */
const TICKS_PER_SECOND = 100;

/**
 * Runs a command and accounts for its whole process tree through /proc (Linux).
 *
 * @throws Error when the command fails; its output is in the message
 */
export async function measure(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Cost> {
  const cpuBefore = waitedCpuSeconds();
  const start = hrtime.bigint();
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  let peak = 0;
  const sampler = setInterval(() => {
    if (child.pid !== undefined) peak = Math.max(peak, treeMegabytes(child.pid));
  }, SAMPLE_MS);
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve(status ?? 1));
  });
  clearInterval(sampler);
  if (code !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with exit code ${code}:\n${output.slice(-2000)}`);
  return {
    seconds: Number(hrtime.bigint() - start) / 1e9,
    cpuSeconds: waitedCpuSeconds() - cpuBefore,
    peakMegabytes: peak,
  };
}

/** CPU time of this process's ended children, theirs included (`/proc/self/stat`, fields 16 and 17). */
function waitedCpuSeconds(): number {
  const fields = statFields("self");
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** Fields of `/proc/<pid>/stat` after the command's name, the first being the state (field 3). */
function statFields(pid: string): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function treeMegabytes(root: number): number {
  const children = new Map<number, number[]>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = Number(statFields(pid)[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(pid)]);
    } catch {
      // The process ended between the listing and the reading.
    }
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree.reduce((sum, pid) => sum + proportionalMegabytes(pid), 0);
}

function proportionalMegabytes(pid: number): number {
  try {
    const kilobytes = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The median of each figure; of memory, the highest. */
export function middle<Figures extends Cost>(costs: readonly Figures[]): Figures {
  const names = Object.keys(costs[0] ?? {}) as (keyof Figures)[];
  return Object.fromEntries(
    names.map((name) => {
      const values = costs.map((cost) => Number(cost[name]));
      return [name, name === "peakMegabytes" ? Math.max(...values) : median(values)];
    }),
  ) as unknown as Figures;
}

/** The middle value; of an even number, the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}
