import type { FleetEvent, SiteComparison } from "../../../fleet/rollout/events.ts";
import type { RolloutRecord } from "../../../fleet/rollout/record.ts";
import type { Checkout } from "../checkout.ts";

/** What one command on a fleet said. */
export interface FleetRun {
  readonly code: number;
  readonly events: readonly FleetEvent[];
  /** Of a rollout. */
  readonly record: RolloutRecord | undefined;
  /** Of a comparison, by site. */
  readonly compared: Readonly<Record<string, SiteComparison>>;
  readonly stderr: string;
}

/** Runs `fleet` with `--json` and reads its events. */
export async function runFleet(
  checkout: Checkout,
  env: NodeJS.ProcessEnv,
  ...args: string[]
): Promise<FleetRun> {
  const { code, stdout, stderr } = await checkout.runWith(env, "fleet", ...args, "--json");
  const events = stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as FleetEvent);
  const finished = events.findLast((event) => event.event === "rollout-finished");
  const compared = events.findLast((event) => event.event === "sites-compared");
  return {
    code,
    events,
    record: finished?.event === "rollout-finished" ? finished.record : undefined,
    compared: compared?.event === "sites-compared" ? compared.sites : {},
    // What went wrong with single sites is in the events.
    stderr: `${stderr}\n${events.map((event) => JSON.stringify(event)).join("\n")}`,
  };
}
