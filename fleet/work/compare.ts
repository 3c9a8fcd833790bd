import type { Comparison } from "../engine/siteWork.ts";
import type { Listener, SiteComparison } from "../rollout/events.ts";
import { eachOf } from "../rollout/rollout.ts";
import type { FleetContext } from "./fleetContext.ts";

/** A comparison that was broken off, or not begun. */
const INTERRUPTED: SiteComparison = { result: "interrupted", drift: [], pending: [] };

/**
 * Compares every site that is meant with the world, several at once. A site that does not answer is a result.
 *
 * @param options.judged by the policy pack too, and with what a move to other versions means
 * @param options.signal begins nothing more; what is under way is waited for
 */
export async function compareSites(
  { sites, concurrency, work }: FleetContext,
  listener: Listener,
  { judged, signal }: { readonly judged: boolean; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, Comparison>> {
  listener({ event: "comparison-started", sites: sites.map(({ name }) => name) });
  const compared = await eachOf(sites, concurrency, async (site): Promise<[string, Comparison]> => {
    if (signal.aborted) {
      listener({ event: "site-finished", site: site.name, ...INTERRUPTED });
      return [site.name, INTERRUPTED];
    }
    listener({ event: "site-started", site: site.name });
    const started = Date.now();
    const done = await work(site).compare(judged);
    // The engine hears of an interrupt, too, and what it then fails by is nothing of the site's.
    const comparison: Comparison = signal.aborted && done.result !== "compared" ? INTERRUPTED : done;
    const { outputs: _, ...said } = comparison;
    listener({ event: "site-finished", site: site.name, ...said, seconds: (Date.now() - started) / 1000 });
    return [site.name, comparison];
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
