import { FleetError } from "../declaration/errors.ts";
import type { FleetSite } from "../declaration/resolve.ts";
import type { Diagnose } from "../judge/gate.ts";
import type { Looks } from "../judge/looks.ts";
import type { RecordStore } from "../records/store.ts";
import type { Listener } from "../rollout/events.ts";
import { newRecord, type RolloutRecord } from "../rollout/record.ts";
import { resumable, sitesLeft, sitesUnjudged, stillRunning } from "../rollout/resume.ts";
import { type RolloutDriver, runRollout, type SiteOutcome } from "../rollout/rollout.ts";
import { planWaves, sitesOf, type Wave } from "../rollout/waves.ts";
import { isOpen, nextOpening } from "../rollout/window.ts";
import type { FleetContext } from "./fleetContext.ts";
import { atWork, declarationsOf, thisRun } from "./thisRun.ts";

export interface RollOutOptions {
  readonly command: "up" | "destroy";
  /** Go on with the last rollout: only what it has not settled. */
  readonly resume: boolean;
  /** Begin although the last rollout has not ended on another machine: it was killed there. */
  readonly takeOver: boolean;
  /** Change sites outside of their maintenance windows too. */
  readonly anyTime: boolean;
  /** Take sites down although leases run on them. */
  readonly withLeases: boolean;
  readonly diagnose: Diagnose;
  /** What the gate looks at besides; default: each site's own chain and cluster. */
  readonly looks?: Looks;
  readonly listener: Listener;
  readonly signal: AbortSignal;
  /** Asked once, after the plan and before anything is changed. */
  readonly agree: (plan: RollOutPlan) => Promise<boolean>;
  readonly now?: () => Date;
}

/** What a rollout is going to do. */
export interface RollOutPlan {
  readonly command: "up" | "destroy";
  readonly waves: readonly Wave[];
  readonly concurrency: number;
  readonly maxUnavailable: number;
  /** Sites whose window is closed now, and when it opens. */
  readonly closed: readonly { readonly site: string; readonly opens: Date }[];
  /** Id of the rollout that is gone on with. */
  readonly resumes?: string;
  /** Sites that it changed and no gate has let pass: they are judged before the first wave. */
  readonly judgedFirst: readonly string[];
}

/**
 * Walks the declaration through the fleet.
 *
 * @returns the record as it was kept; undefined when the person did not agree
 * @throws FleetError when another rollout runs, or there is nothing to go on with
 */
export async function rollOut(
  context: FleetContext,
  options: RollOutOptions,
): Promise<RolloutRecord | undefined> {
  const { command, listener, signal, now = () => new Date() } = options;
  const { fleet, store, concurrency } = context;
  const last = await lastEnded(store, options.takeOver);
  const before = options.resume ? resumable(last, command) : undefined;
  const { sites, carried } =
    before === undefined ? { sites: context.sites, carried: {} } : leftOf(before, context);
  const waves = planWaves(sites, fleet.rollout.waves);
  // A share is one of the fleet, not of what happens to be left of it.
  const maxUnavailable = sitesOf(fleet.rollout.maxUnavailable, fleet.sites.length);
  const plan: RollOutPlan = {
    command,
    waves,
    concurrency: Math.min(concurrency, maxUnavailable),
    maxUnavailable,
    closed: options.anyTime ? [] : closedSites(sites, now()),
    judgedFirst: Object.keys(carried),
    ...(before === undefined ? {} : { resumes: before.id }),
  };
  if (!(await options.agree(plan))) return undefined;
  // A person may take an hour to agree.
  if ((await lastEnded(store, options.takeOver))?.id !== last?.id) {
    throw new FleetError("Another rollout has run since this one was planned. Run the same command again.");
  }
  const declarations = declarationsOf(sites);
  const record = newRecord({ ...plan, declarations, carried }, thisRun(), now());
  return runRollout(record, {
    driver: await driverOf(context, options),
    concurrency,
    maxUnavailable,
    settleMs: fleet.rollout.gate.settleSeconds * 1000,
    listener,
    signal,
    keep: (kept) => store.write(kept),
    now,
  });
}

/**
 * The last rollout, which has to have ended.
 *
 * @param takeOver one of another machine counts as ended
 * @throws FleetError when it has not
 */
async function lastEnded(store: RecordStore, takeOver: boolean): Promise<RolloutRecord | undefined> {
  const [last] = await store.recent(1);
  const where = last === undefined ? undefined : atWork(last);
  if (last !== undefined && (where === "here" || (where === "elsewhere" && !takeOver))) {
    throw stillRunning(last, where);
  }
  return last;
}

/**
 * What a rollout has left to do: sites to change, of those that are meant, and sites to judge first, which neither
 * `--only` nor `--skip` leaves out.
 */
function leftOf(record: RolloutRecord, { sites, fleet }: FleetContext) {
  const left = new Set(sitesLeft(record, declarationsOf(sites)));
  const unjudged = new Set(sitesUnjudged(record));
  // A site that is changed is judged after its own wave, and one that is no longer declared not at all.
  const judged = fleet.sites.filter(({ name }) => unjudged.has(name) && !left.has(name));
  if (left.size === 0 && judged.length === 0)
    throw new FleetError(`Rollout ${record.id} has nothing left to do.`);
  return {
    sites: sites.filter(({ name }) => left.has(name)),
    carried: Object.fromEntries(
      judged.flatMap(({ name }) => {
        const done = record.sites[name];
        return done === undefined ? [] : [[name, done]];
      }),
    ),
  };
}

function closedSites(sites: readonly FleetSite[], now: Date): { site: string; opens: Date }[] {
  return sites.flatMap(({ name, window }) =>
    window === undefined || isOpen(window, now) ? [] : [{ site: name, opens: nextOpening(window, now) }],
  );
}

async function driverOf(
  context: FleetContext,
  { command, diagnose, looks, anyTime, withLeases, listener, signal, now = () => new Date() }: RollOutOptions,
): Promise<RolloutDriver> {
  const byName = new Map(context.fleet.sites.map((site) => [site.name, site]));
  const siteOf = (name: string): FleetSite => {
    const site = byName.get(name);
    if (site === undefined) throw new FleetError(`There is no site ${name}.`);
    return site;
  };
  // A look for drift loads this module too, and needs no judge.
  const { Gate } = await import("../judge/gate.ts");
  const { ignore } = context.fleet.rollout.gate;
  const gate = new Gate({ diagnose, ignore, ...(looks === undefined ? {} : { looks }) });
  return {
    async change(name, phase): Promise<SiteOutcome> {
      const site = siteOf(name);
      const [closed] = anyTime ? [] : closedSites([site], now());
      if (closed !== undefined) {
        const opens = closed.opens.toISOString().slice(0, 16).replace("T", " ");
        return { result: "outside-window", because: `its maintenance window opens at ${opens} UTC` };
      }
      const work = context.work(site);
      if (command === "destroy") return interruptible(await work.destroy(phase, withLeases), signal);
      await gate.look(site);
      const say = (text: string) => listener({ event: "note", text: `${name}: ${text}` });
      return interruptible(await work.up(phase, say), signal);
    },
    judge: async (name) => (command === "destroy" ? [] : gate.judge(siteOf(name))),
  };
}

/** The terminal's interrupt reaches the engine too: what then ends early has not failed. */
function interruptible(outcome: SiteOutcome, signal: AbortSignal): SiteOutcome {
  return outcome.result === "failed" && signal.aborted ? { ...outcome, result: "interrupted" } : outcome;
}
