import type { FleetSite } from "../declaration/resolve.ts";
import { reasonOf } from "../engine/outcome.ts";
import {
  type Baseline,
  type Diagnosis,
  leaseFindings,
  providerFindings,
  sicknesses,
  unreadBaseline,
} from "./findings.ts";
import { type Looks, siteLooks } from "./looks.ts";

/** Says how a site is; doctor does. */
export type Diagnose = (site: FleetSite) => Promise<Diagnosis>;

export interface GateOptions {
  readonly diagnose: Diagnose;
  /** Ids of checks that stop nothing. */
  readonly ignore: readonly string[];
  /** Default: the site's own chain and cluster. */
  readonly looks?: Looks;
}

/**
 * The judge between two waves. A site is well when doctor finds nothing, its provider is ready, and every lease that
 * ran before the change still runs.
 */
export class Gate {
  readonly #diagnose: Diagnose;
  readonly #ignore: readonly string[];
  readonly #looks: Looks;
  readonly #before = new Map<string, Baseline>();

  constructor({ diagnose, ignore, looks = siteLooks }: GateOptions) {
    this.#diagnose = diagnose;
    this.#ignore = ignore;
    this.#looks = looks;
  }

  /** Remembers what runs on a site before it is changed. */
  async look(site: FleetSite): Promise<void> {
    const baseline = await this.#looks.leases(site).then(
      (leases): Baseline => ({ leases }),
      (error: unknown): Baseline => ({ unread: reasonOf(error) }),
    );
    this.#before.set(site.name, baseline);
  }

  /**
   * What keeps a changed site from being called well, a sentence each. Of a site at which nobody looked before its
   * change, because an earlier run made it, leases are not judged.
   */
  async judge(site: FleetSite): Promise<string[]> {
    const findings = await Promise.all([
      this.#diagnose(site)
        .then((diagnosis) => sicknesses(diagnosis, this.#ignore))
        .catch(explained("doctor")),
      this.#looks.provider(site).then(providerFindings).catch(explained("provider")),
      this.#judgeLeases(site).catch(explained("leases")),
    ]);
    return findings.flat();
  }

  async #judgeLeases(site: FleetSite): Promise<string[]> {
    const before = this.#before.get(site.name);
    if (before === undefined) return [];
    if ("unread" in before) return unreadBaseline(before.unread);
    return leaseFindings(before.leases, await this.#looks.leases(site));
  }
}

/** A judge that could not look is no judge: its error is a finding. */
function explained(what: string) {
  return (error: unknown) => [`${what}: ${reasonOf(error)}`];
}
