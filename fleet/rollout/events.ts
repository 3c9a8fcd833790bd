import type { Difference } from "../../commands/engineEvents.ts";
import type { GateRecord, RolloutRecord, SiteRecord } from "./record.ts";

/** How a site compares with its declaration, or why it could not be compared. */
export interface SiteComparison {
  readonly result: "compared" | "not-deployed" | "unreachable" | "locked" | "failed" | "interrupted";
  readonly because?: string;
  readonly drift: readonly Difference[];
  readonly pending: readonly Difference[];
  /**
   * Exceptions from policies and advisory ones, what a move to other versions means, and an upgrade that the chain has
   * announced; with `preview` only.
   */
  readonly remarks?: readonly string[];
}

/** What happens during work on a fleet, in the order it happens; with `--json` one line each. */
export type FleetEvent =
  | { readonly event: "rollout-started"; readonly id: string; readonly waves: readonly (readonly string[])[] }
  | { readonly event: "wave-started"; readonly wave: number; readonly sites: readonly string[] }
  | { readonly event: "site-started"; readonly site: string }
  | { readonly event: "site-phase"; readonly site: string; readonly phase: string }
  | ({ readonly event: "site-finished"; readonly site: string; readonly result: string } & Omit<
      Partial<SiteRecord>,
      "result"
    > &
      Partial<Omit<SiteComparison, "result">>)
  | ({ readonly event: "gate" } & GateRecord)
  | { readonly event: "rollout-finished"; readonly record: RolloutRecord }
  | { readonly event: "comparison-started"; readonly sites: readonly string[] }
  | { readonly event: "sites-compared"; readonly sites: Readonly<Record<string, SiteComparison>> }
  | { readonly event: "note"; readonly text: string };

/** Hears what happens. */
export type Listener = (event: FleetEvent) => void;
