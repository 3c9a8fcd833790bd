import type { Comparison } from "../engine/siteWork.ts";
import type { Listener } from "../rollout/events.ts";
import { eachOf } from "../rollout/rollout.ts";
import type { FleetContext } from "./fleetContext.ts";

/**
 * Compares every site that is meant with the world, several at once. A site that does not answer is a result.
 *
 * @param judged by the policy pack too, and with what a move to other versions means
 */
export async function compareSites(
  { sites, concurrency, work }: FleetContext,
  listener: Listener,
  judged = false,
): Promise<ReadonlyMap<string, Comparison>> {
  listener({ event: "comparison-started", sites: sites.map(({ name }) => name) });
  const compared = await eachOf(sites, concurrency, async (site) => {
    listener({ event: "site-started", site: site.name });
    const started = Date.now();
    const comparison = await work(site).compare(judged);
    const { outputs: _, ...said } = comparison;
    listener({ event: "site-finished", site: site.name, ...said, seconds: (Date.now() - started) / 1000 });
    return [site.name, comparison] as const;
  });
  const all = new Map(compared);
  listener({
    event: "sites-compared",
    sites: Object.fromEntries(compared.map(([name, { outputs: _, ...said }]) => [name, said])),
  });
  return all;
}

/** Exit code of a look for drift: 2 where some was found, else 1 where a site could not be compared, else 0. */
export function driftCode(compared: Iterable<Comparison>): 0 | 1 | 2 {
  const all = [...compared];
  if (all.some(({ drift }) => drift.length > 0)) return 2;
  return all.every(({ result }) => result === "compared" || result === "not-deployed") ? 0 : 1;
}
