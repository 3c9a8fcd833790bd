import { hostname, userInfo } from "node:os";
import { identify } from "../../embedded/index.ts";
import type { FleetSite } from "../declaration/resolve.ts";
import { checksum } from "../declaration/stackFile.ts";
import type { RolloutRecord } from "../rollout/record.ts";

/** SHA-256 of each site's declaration. */
export function declarationsOf(sites: readonly FleetSite[]): Record<string, string> {
  return Object.fromEntries(sites.map(({ name, declaration }) => [name, checksum(declaration)]));
}

/** Who runs this. */
export function thisRun(): RolloutRecord["by"] {
  return { user: userInfo().username, host: hostname(), pid: process.pid };
}

/** Whether the run behind a record still lives, as far as this machine can tell. */
export function isAlive({ by, state }: RolloutRecord): boolean {
  return (
    state === "running" && by.host === hostname() && by.pid !== process.pid && identify(by.pid) !== undefined
  );
}
