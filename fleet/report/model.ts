import type { Difference } from "../../commands/engineEvents.ts";
import type { SiteStatus } from "../../doctor/index.ts";
import type { SiteComparison } from "../rollout/events.ts";
import type { Amounts } from "./figures.ts";

/** What the report says of one site; what could not be learnt is left out. */
export interface SiteReport {
  readonly name: string;
  readonly groups: readonly string[];
  readonly domain: string;
  /** How the comparison with the declaration ended; undefined where nothing was compared. */
  readonly result?: SiteComparison["result"];
  /** Why the site could not be compared or asked. */
  readonly because?: string;
  readonly drift: readonly Difference[];
  /** Declared and not deployed yet. */
  readonly pending: readonly Difference[];
  /** What the preview had to say besides: policies, what a move to other versions means. */
  readonly remarks?: readonly string[];
  readonly versions: {
    /** Name of the version set that is declared. */
    readonly set: string;
    /** Provider release that is declared, and the one that runs. */
    readonly provider: string;
    readonly running?: string;
    readonly kubernetes?: string;
    /** Message generation of its chain. */
    readonly chain?: string;
  };
  /** As the chain has it; of a chain that does not answer, as it was last deployed. */
  readonly certificate?: {
    /** `valid`, or why there is none that is. */
    readonly state: string;
    /** ISO 8601; absent where none is valid. */
    readonly notAfter?: string;
  };
  readonly balance?: Amounts;
  /** How many run. */
  readonly leases?: number;
  readonly earnings?: SiteStatus["earnings"];
  readonly deposits?: SiteStatus["deposits"];
  readonly orders?: SiteStatus["orders"];
  /** The upgrade that its chain has announced and what the site needs for it, in sentences. */
  readonly upgrade?: string;
  /** What could not be read or counted whole, a sentence each: figures that rest on it are too low. */
  readonly unknown?: readonly string[];
  /** What the operator should do next, a sentence. */
  readonly next?: string;
  /** The site's part in the last rollout that began with it. */
  readonly lastRollout?: {
    readonly id: string;
    /** ISO 8601. */
    readonly time: string;
    readonly result: string;
    readonly because?: string;
  };
}

export interface FleetReport {
  /** ISO 8601. */
  readonly generated: string;
  readonly sites: readonly SiteReport[];
}

export type Health = "ok" | "attention" | "bad";

/** Days before a certificate's end from which on it is pointed out. */
const EXPIRES_SOON_DAYS = 30;
const DAY = 86_400_000;

/** Whole days until a moment; negative after it. */
export function daysUntil(moment: string, now: string): number {
  return Math.floor((Date.parse(moment) - Date.parse(now)) / DAY);
}

/** How a site is, for the colour it gets, and why. */
export function healthOf(site: SiteReport, now: string): { readonly health: Health; readonly words: string } {
  const { result, drift, pending, certificate } = site;
  if (result === "unreachable") return { health: "bad", words: "does not answer" };
  if (result === "failed") return { health: "bad", words: "could not be compared" };
  if (result === "interrupted") return { health: "attention", words: "not compared" };
  if (result === "not-deployed") return { health: "attention", words: "not deployed yet" };
  if (result === "locked") return { health: "attention", words: "another run is at work" };
  const left = certificate?.notAfter === undefined ? undefined : daysUntil(certificate.notAfter, now);
  if (certificate !== undefined && left === undefined)
    return { health: "bad", words: "no valid certificate" };
  if (left !== undefined && left < 0) return { health: "bad", words: "certificate has expired" };
  if (drift.length > 0) return { health: "attention", words: `${drift.length} drifted` };
  if (left !== undefined && left < EXPIRES_SOON_DAYS)
    return { health: "attention", words: "certificate expires soon" };
  if (pending.length > 0) return { health: "attention", words: `${pending.length} pending` };
  return { health: "ok", words: result === undefined ? "not compared" : "as declared" };
}
