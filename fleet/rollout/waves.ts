import type { Share, WaveSize } from "../declaration/schema.ts";

/** Sites that are changed together, before the next ones. */
export interface Wave {
  /** For people: `wave 1 of 3`. */
  readonly title: string;
  readonly sites: readonly string[];
}

/** What the planner has to know of a site. */
export interface PlannedSite {
  readonly name: string;
  readonly groups: readonly string[];
}

/**
 * Divides sites into waves. Every site is in exactly one; within a wave the order is that of the declaration. A
 * wave takes only sites that none before it took, shares count all sites, and what no wave names comes last.
 */
export function planWaves(sites: readonly PlannedSite[], sizes: readonly WaveSize[]): Wave[] {
  let left = [...sites];
  const waves: string[][] = [];
  for (const size of [...sizes, "rest" as const]) {
    const taken = new Set(take(left, size, sites.length).map(({ name }) => name));
    if (taken.size > 0) waves.push(left.flatMap(({ name }) => (taken.has(name) ? name : [])));
    left = left.filter(({ name }) => !taken.has(name));
  }
  return waves.map((names, index) => ({ title: `wave ${index + 1} of ${waves.length}`, sites: names }));
}

function take(left: readonly PlannedSite[], size: WaveSize, total: number): readonly PlannedSite[] {
  if (size === "rest") return left;
  if (typeof size === "number" || typeof size === "string") return left.slice(0, sitesOf(size, total));
  if ("group" in size) return left.filter(({ groups }) => groups.includes(size.group));
  return left.filter(({ name }) => size.sites.includes(name));
}

/** How many of `total` sites a share is; at least one, part of a site counts as one. */
export function sitesOf(share: Share, total: number): number {
  if (typeof share === "number") return share;
  return Math.max(1, Math.ceil((Number.parseInt(share, 10) / 100) * total));
}
