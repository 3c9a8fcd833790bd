import type { FleetEvent } from "../../../fleet/rollout/events.ts";
import { newRecord, type RolloutRecord, type SiteResult } from "../../../fleet/rollout/record.ts";
import { type RolloutOptions, runRollout } from "../../../fleet/rollout/rollout.ts";

const by = { user: "test", host: "test", pid: 1 };
export const wavesOf = (...waves: string[][]) =>
  waves.map((sites, index) => ({ title: `wave ${index + 1}`, sites }));

/** What a rollout was seen to do. */
export interface Told {
  readonly record: RolloutRecord;
  readonly begun: string[];
  readonly kept: RolloutRecord[];
  readonly events: FleetEvent[];
  /** Most sites that were worked on at once. */
  readonly most: number;
}

/** Runs a rollout in which sites come out as told; those not named are updated, and every gate but the named is open. */
export async function told(
  waves: readonly { title: string; sites: readonly string[] }[],
  results: Readonly<Record<string, SiteResult>> = {},
  options: Partial<RolloutOptions> & {
    shut?: Readonly<Record<string, string>>;
    carried?: RolloutRecord["sites"];
    onBegin?: (site: string) => void;
  } = {},
): Promise<Told> {
  const { shut = {}, carried = {}, onBegin = () => {}, ...rest } = options;
  const sites = waves.flatMap((wave) => wave.sites);
  const declarations = Object.fromEntries(sites.map((site) => [site, `hash of ${site}`]));
  const initial = newRecord({ command: "up", waves, declarations, carried }, by, new Date(0));
  const begun: string[] = [];
  const kept: RolloutRecord[] = [];
  const events: FleetEvent[] = [];
  let [running, most] = [0, 0];
  const record = await runRollout(initial, {
    concurrency: 2,
    maxUnavailable: 100,
    listener: (event) => events.push(event),
    keep: async (one) => void kept.push(one),
    signal: new AbortController().signal,
    driver: {
      change: async (site) => {
        begun.push(site);
        most = Math.max(most, ++running);
        onBegin(site);
        await new Promise(setImmediate);
        running--;
        const result = results[site] ?? "updated";
        return result === "failed" ? { result, because: "it broke" } : { result };
      },
      judge: async (site) => (shut[site] === undefined ? [] : [shut[site]]),
    },
    ...rest,
  });
  return { record, begun, kept, events, most };
}

export const resultsOf = ({ sites }: RolloutRecord) =>
  Object.fromEntries(Object.entries(sites).map(([name, { result }]) => [name, result]));
