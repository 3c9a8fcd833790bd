import { rename, writeFile } from "node:fs/promises";
import { reasonOf } from "../engine/outcome.ts";
import type { Comparison } from "../engine/siteWork.ts";
import type { FleetReport } from "../report/model.ts";
import { renderReport } from "../report/page.ts";
import { eachOf } from "../rollout/rollout.ts";
import type { FleetContext } from "./fleetContext.ts";

/** Rollouts that are looked through for each site's last one. */
const RECORDS = 50;

/**
 * Asks every site that is meant how it is.
 *
 * @param compared results of a comparison that has just been made; they save asking the engine again
 */
export async function reportOn(
  { sites, concurrency, work, store }: FleetContext,
  compared: ReadonlyMap<string, Comparison> = new Map(),
): Promise<FleetReport> {
  const { collectSite } = await import("../report/collect.ts");
  const records = await store.recent(RECORDS);
  const reports = await eachOf(sites, concurrency, async (site) => {
    const comparison = compared.get(site.name);
    if (comparison?.outputs !== undefined) return collectSite(site, { comparison, records });
    const outputs = await work(site)
      .outputs()
      .catch((error: unknown) => ({ unread: reasonOf(error) }));
    return collectSite(site, { outputs, records, ...(comparison === undefined ? {} : { comparison }) });
  });
  return { generated: new Date().toISOString(), sites: reports };
}

/** Writes the report whole or not at all. */
export async function writeReport(file: string, report: FleetReport): Promise<void> {
  await writeFile(`${file}.new`, renderReport(report));
  await rename(`${file}.new`, file);
}
