import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Toolchain } from "../../toolchain/index.ts";
import { type Checkout, startOfCommands } from "../support/checkout.ts";
import { startSites } from "../support/sites/sites.ts";
import { type Cost, measure, middle } from "./measure.ts";

/** Sizes of the fleets that are compared. */
const SIZES = [2, 4, 8, 16];
/** Largest fleet that is also compared one site at a time. */
const ONE_BY_ONE = 4;
/** Memory of a site's control plane and of what compares it, megabytes. */
const SITE_MEGABYTES = 750;
/** What is left for everything else, megabytes. */
const RESERVE_MEGABYTES = 3000;

/** What a look for drift over a fleet cost. */
export interface FleetCost extends Cost {
  readonly secondsPerSite: number;
  readonly cpuSecondsPerSite: number;
  /** CPU seconds per site beside those of `drift` on one site by itself. */
  readonly cpuRatio: number;
}

/**
 * Looks for drift over fleets of growing size, each site with an API server of its own on one etcd, all on one chain,
 * and over one site by itself. Two engines at once take longer on cores that share what is inside a processor, also
 * by the CPU's clock; small fleets are therefore compared one site at a time, too, which shows the work alone.
 *
 * @param options.runs how often the lone site and each fleet are measured; the medians count
 * @param options.most sites of the largest fleet; fewer where they do not fit into memory
 * @param step names what is going on
 */
export async function measureFleets(
  checkout: Checkout,
  toolchain: Toolchain,
  { runs, most: wanted }: { readonly runs: number; readonly most: number },
  step: (label: string, act: () => Promise<Cost>) => Promise<Cost>,
) {
  const sizes = SIZES.filter((size) => size <= wanted && (size === SIZES[0] || fits(size)));
  const most = sizes.at(-1) ?? 0;
  const fleet = await startSites(most);
  try {
    await mkdir(join(checkout.folder, "fleet"), { recursive: true });
    const declare = (rollout: { readonly concurrency?: number }) =>
      writeFile(join(checkout.folder, "fleet", "fleet.yaml"), fleet.declaration({}, rollout));
    await declare({});
    const names = fleet.sites.map(({ name }) => name);
    const start = startOfCommands(checkout.folder);
    const run = (...args: string[]) =>
      measure(process.execPath, [...start, ...args], {
        cwd: checkout.folder,
        env: { ...toolchain.env, ...fleet.env },
      });
    const driftOf = (size: number) =>
      size === 1
        ? run("drift", "--stack", names[0] ?? "", "--json")
        : run("fleet", "drift", "--json", "--only", ...names.slice(0, size));
    await step(`fleet of ${most}: up`, () => run("fleet", "up", "--yes", "--json"));
    const lone: Cost[] = [];
    const besideLone = async (label: string, size: number): Promise<FleetCost> => {
      // A machine's speed changes within minutes: a lone site before and one after.
      const before = await step("drift of one site", () => driftOf(1));
      const all = await step(label, () => driftOf(size));
      const after = await step("drift of one site", () => driftOf(1));
      lone.push(before, after);
      const cpuSecondsPerSite = all.cpuSeconds / size;
      const cpuRatio = (2 * cpuSecondsPerSite) / (before.cpuSeconds + after.cpuSeconds);
      return { ...all, secondsPerSite: all.seconds / size, cpuSecondsPerSite, cpuRatio };
    };
    const atOnce = new Map<number, FleetCost[]>(sizes.map((size) => [size, []]));
    const oneByOne = new Map<number, FleetCost[]>(
      sizes.filter((size) => size <= ONE_BY_ONE).map((size) => [size, []]),
    );
    // The first look of all finds nothing that Node keeps compiled.
    await step("drift of one site, for the first time", () => driftOf(1));
    for (let round = 0; round < runs; round++) {
      await declare({});
      for (const [size, costs] of atOnce) costs.push(await besideLone(`drift of ${size} sites`, size));
      await declare({ concurrency: 1 });
      for (const [size, costs] of oneByOne) {
        costs.push(await besideLone(`drift of ${size} sites, one at a time`, size));
      }
    }
    const figures = (fleets: ReadonlyMap<number, readonly FleetCost[]>) =>
      Object.fromEntries([...fleets].map(([size, costs]) => [size, middle(costs)]));
    const left = SIZES.filter((size) => size <= wanted && !sizes.includes(size));
    return {
      lone: middle(lone),
      fleets: figures(atOnce),
      oneByOne: figures(oneByOne),
      leftOutForMemory: left,
      target: { cpuRatio: 1.0, growth: "linear" },
    };
  } finally {
    await fleet.stop();
  }
}

function fits(size: number): boolean {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return Number(kilobytes) / 1024 > size * SITE_MEGABYTES + RESERVE_MEGABYTES;
}
