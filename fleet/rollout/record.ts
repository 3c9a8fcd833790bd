import type { Wave } from "./waves.ts";

/** How one site came out of a rollout. */
export type SiteResult =
  /** Changed, and now as declared. */
  | "updated"
  /** Was as declared; the engine found nothing to change. */
  | "unchanged"
  /** The engine or a check beforehand ended with an error. */
  | "failed"
  /** Cluster or chain did not answer before anything was changed. */
  | "unreachable"
  /** Another run is at work on the stack. */
  | "locked"
  /** Its maintenance window was closed. */
  | "outside-window"
  /** The run was ended while the site was worked on. */
  | "interrupted"
  /** Not begun. */
  | "untouched";

/** Results after which a site is as declared. */
export const SETTLED: ReadonlySet<SiteResult> = new Set(["updated", "unchanged"]);

/** What a rollout did to one site. */
export interface SiteRecord {
  readonly result: SiteResult;
  /** Why, where the result is not what was wanted; one or two sentences. */
  readonly because?: string;
  /** ISO 8601. */
  readonly started?: string;
  readonly seconds?: number;
  /** SHA-256 of the declaration it was brought to. */
  readonly declaration: string;
  /** Number of the stack's last update afterwards. */
  readonly update?: number;
  /** Resources by what the engine did to them. */
  readonly changes?: Readonly<Record<string, number>>;
}

/** What was found between two waves. */
export interface GateRecord {
  /** The wave before it, from 1; 0: before the first one, on what an earlier rollout had changed. */
  readonly wave: number;
  readonly passed: boolean;
  /** Sites that were judged. Old records lack it: there it was those of the wave that are settled. */
  readonly sites?: readonly string[];
  /** What keeps the gate shut, one sentence each, beginning with the site. */
  readonly findings: readonly string[];
}

export type RolloutState =
  | "running"
  /** Every site is as declared. */
  | "finished"
  /** All waves are through, and some sites could not be worked on. */
  | "incomplete"
  /** Stopped by a failure or a gate. */
  | "halted"
  /** Ended by the person. */
  | "interrupted";

/** Who runs a rollout. */
export interface Runner {
  readonly user: string;
  /** Name of the machine. */
  readonly host: string;
  readonly pid: number;
  /** Tells the process from a later one with the same id; records of earlier versions lack it. */
  readonly identity?: string;
}

/** One walk of a change through the fleet, as it is kept. */
export interface RolloutRecord {
  readonly id: string;
  readonly command: "up" | "destroy";
  readonly state: RolloutState;
  /** Why it is halted. */
  readonly because?: string;
  readonly started: string;
  readonly finished?: string;
  /** Who runs it. */
  readonly by: Runner;
  readonly waves: readonly Wave[];
  readonly sites: Readonly<Record<string, SiteRecord>>;
  readonly gates: readonly GateRecord[];
  /** Id of the rollout that this one goes on with. */
  readonly resumes?: string;
}

/** A rollout that is about to begin: nothing is touched. */
export function newRecord(
  plan: {
    readonly command: RolloutRecord["command"];
    readonly waves: readonly Wave[];
    /** SHA-256 of each site's declaration. */
    readonly declarations: Readonly<Record<string, string>>;
    readonly resumes?: string;
    /** What the resumed rollout did to sites that are to be judged before anything is changed. */
    readonly carried?: RolloutRecord["sites"];
  },
  by: Runner,
  now: Date,
): RolloutRecord {
  const { command, waves, declarations, resumes, carried } = plan;
  const sites = waves.flatMap((wave) => wave.sites);
  return {
    // Sorts by time; a colon is no character for a file's name.
    id: now.toISOString().replaceAll(":", "-"),
    command,
    state: "running",
    started: now.toISOString(),
    by,
    waves,
    sites: {
      ...carried,
      ...Object.fromEntries(
        sites.map((name) => [name, { result: "untouched" as const, declaration: declarations[name] ?? "" }]),
      ),
    },
    gates: [],
    ...(resumes === undefined ? {} : { resumes }),
  };
}
