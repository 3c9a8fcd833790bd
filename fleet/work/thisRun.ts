import { hostname, userInfo } from "node:os";
import { identify } from "../../embedded/index.ts";
import type { FleetSite } from "../declaration/resolve.ts";
import { checksum } from "../declaration/stackFile.ts";
import type { RolloutRecord, Runner } from "../rollout/record.ts";

/** SHA-256 of each site's declaration. */
export function declarationsOf(sites: readonly FleetSite[]): Record<string, string> {
  return Object.fromEntries(sites.map(({ name, declaration }) => [name, checksum(declaration)]));
}

/**
 * Name of the person who runs this, for others to read. The user of a container often has none: then it is what the
 * environment says, else the number.
 *
 * @param look asks the system; it throws where there is no such user
 */
export function userName(
  look: () => string = () => userInfo().username,
  env: NodeJS.ProcessEnv = process.env,
): string {
  try {
    return look();
  } catch {
    return env["USER"] || String(process.getuid?.() ?? "unknown");
  }
}

/** Who runs this. */
export function thisRun(): Runner {
  return { user: userName(), host: hostname(), pid: process.pid, ...identify(process.pid) };
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
