import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { FleetEvent, SiteComparison } from "../../../fleet/rollout/events.ts";
import type { RolloutRecord } from "../../../fleet/rollout/record.ts";
import { type Checkout, startOfCommands } from "../checkout.ts";

/** What one command on a fleet said. */
export interface FleetRun {
  readonly code: number;
  readonly events: readonly FleetEvent[];
  /** Of a rollout. */
  readonly record: RolloutRecord | undefined;
  /** Of a comparison, by site. */
  readonly compared: Readonly<Record<string, SiteComparison>>;
  /** What it said besides, and its events, for the text of a failed test. */
  readonly said: string;
}

/**
 * Runs `fleet` with `--json` and reads its events.
 *
 * @param onEvent hears each event when it happens
 */
export async function runFleet(
  { folder }: Pick<Checkout, "folder">,
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  onEvent: (event: FleetEvent, child: ChildProcess) => void = () => {},
): Promise<FleetRun> {
  const child = spawn(process.execPath, [...startOfCommands(folder), "fleet", ...args, "--json"], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const events: FleetEvent[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = JSON.parse(line) as FleetEvent;
    events.push(event);
    onEvent(event, child);
  });
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += chunk));
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve(status ?? 1));
  });
  const finished = events.findLast((event) => event.event === "rollout-finished");
  const compared = events.findLast((event) => event.event === "sites-compared");
  return {
    code,
    events,
    record: finished?.event === "rollout-finished" ? finished.record : undefined,
    compared: compared?.event === "sites-compared" ? compared.sites : {},
    said: [errors, ...events.map((event) => JSON.stringify(event))].join("\n"),
  };
}
