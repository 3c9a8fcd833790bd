import { hostname, userInfo } from "node:os";
import { identify } from "../../embedded/index.ts";
import type { FleetSite } from "../declaration/resolve.ts";
import { checksum } from "../declaration/stackFile.ts";
import type { RolloutRecord, Runner } from "../rollout/record.ts";

/** SHA-256 of each site's declaration. */
export function declarationsOf(sites: readonly FleetSite[]): Record<string, string> {
  return Object.fromEntries(sites.map(({ name, declaration }) => [name, checksum(declaration)]));
}

/** Who runs this. */
export function thisRun(): Runner {
  const user = userInfo().username;
  return { user, host: hostname(), pid: process.pid, ...identify(process.pid) };
}

/**
 * Where the run behind a record is at work: on this machine, or perhaps on another one, into which nobody can look
 * from here. Undefined when it has ended.
 */
export function atWork({ by, state }: Pick<RolloutRecord, "by" | "state">): "here" | "elsewhere" | undefined {
  if (state !== "running") return undefined;
  if (by.host !== hostname()) return "elsewhere";
  const found = by.pid === process.pid ? undefined : identify(by.pid);
  // Without an identity, the process may be a later one; the earlier one is not ruled out.
  const lives = found !== undefined && (by.identity ?? found.identity) === found.identity;
  return lives ? "here" : undefined;
}
