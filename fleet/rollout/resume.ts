import { FleetError } from "../declaration/errors.ts";
import { type RolloutRecord, SETTLED } from "./record.ts";

/**
 * Sites of a rollout that it has yet to bring to what is declared now: those it did not settle, and those whose
 * declaration has changed since. A site that is no longer declared is left alone.
 *
 * @param declarations SHA-256 of what is declared now, by site, in the order of the declaration
 */
export function sitesLeft(record: RolloutRecord, declarations: Readonly<Record<string, string>>): string[] {
  return Object.entries(declarations).flatMap(([name, declaration]) => {
    const before = Object.hasOwn(record.sites, name) ? record.sites[name] : undefined;
    if (before === undefined) return [];
    return SETTLED.has(before.result) && before.declaration === declaration ? [] : [name];
  });
}

/**
 * Sites of a rollout that are settled and that no gate has let pass: a gate found them sick, or the rollout ended
 * before they were judged. Being settled they would not be looked at again.
 */
export function sitesUnjudged({ sites, gates, waves }: RolloutRecord): string[] {
  const passed = new Set(
    gates.filter((gate) => gate.passed).flatMap((gate) => gate.sites ?? waves[gate.wave - 1]?.sites ?? []),
  );
  return Object.entries(sites).flatMap(([name, { result }]) =>
    SETTLED.has(result) && !passed.has(name) ? [name] : [],
  );
}

/**
 * The rollout that `--resume` goes on with.
 *
 * @throws FleetError when there is none, or it did something else
 */
export function resumable(
  record: RolloutRecord | undefined,
  command: RolloutRecord["command"],
): RolloutRecord {
  if (record === undefined)
    throw new FleetError("There is no rollout to resume. Leave --resume out to begin one.");
  if (record.command !== command) {
    throw new FleetError(
      `The last rollout was \`${record.command}\`. Leave --resume out to begin a new one.`,
    );
  }
  return record;
}

/**
 * Two rollouts at once would each judge what the other changes.
 *
 * @param where its process lives on this machine, or is somewhere else, where nobody can see whether it does
 */
export function stillRunning({ by, started }: RolloutRecord, where: "here" | "elsewhere"): FleetError {
  const rollout = `A rollout begun at ${started} by ${by.user}`;
  return new FleetError(
    where === "here"
      ? `${rollout} still runs as process ${by.pid} on ${by.host}. Wait for it to end, or stop it.`
      : `${rollout} has not ended: it runs on ${by.host} as process ${by.pid}, or was killed there, which cannot be told from here. Wait for it to end; where it is dead, pass --take-over.`,
  );
}
