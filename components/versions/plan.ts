import { coerce, compareBuild, minor, parse } from "semver";
import type { Versions } from "./sets.ts";

/** What becomes of running leases, from best to worst. */
export type LeaseEffect = "untouched" | "live on" | "restarted" | "refused";

export type VersionedPart = keyof Versions;

/** One part that is to have another version. */
export interface VersionChange {
  readonly part: VersionedPart;
  /** The part as a person calls it. */
  readonly title: string;
  /** Absent where it is installed for the first time. */
  readonly from?: string;
  readonly to: string;
  readonly leases: LeaseEffect;
  /** What happens, and what it means for leases, in a sentence or two. */
  readonly meaning: string;
}

/** What a move from one set of versions to another changes. */
export interface VersionPlan {
  /** In the order in which they are made; none where everything is as it should be. */
  readonly changes: readonly VersionChange[];
  /** The worst of all changes. */
  readonly leases: LeaseEffect;
}

const EFFECTS: readonly LeaseEffect[] = ["untouched", "live on", "restarted", "refused"];

type Consequence = Pick<VersionChange, "leases" | "meaning">;

const PARTS: readonly {
  readonly part: VersionedPart;
  readonly title: string;
  readonly consequence: (from: string, to: string) => Consequence;
}[] = [
  { part: "k3s", title: "K3s", consequence: moveK3s },
  { part: "gpuOperator", title: "NVIDIA GPU operator", consequence: moveGpuOperator },
  { part: "provider", title: "Akash provider and operators", consequence: moveProvider },
];

/**
 * What changes between the versions a site has and those it is to have, and what that means for its leases.
 *
 * @param from what was found or deployed; what is absent is installed for the first time
 * @param to what is declared; what is absent is left alone
 */
export function versionPlan(from: Versions, to: Versions): VersionPlan {
  const changes = PARTS.flatMap(({ part, title, consequence }): VersionChange[] => {
    const [before, after] = [from[part], to[part]];
    if (after === undefined || before === after) return [];
    if (before === undefined) {
      return [
        { part, title, to: after, leases: "untouched", meaning: "It is installed for the first time." },
      ];
    }
    return [{ part, title, from: before, to: after, ...consequence(before, after) }];
  });
  const worst = Math.max(0, ...changes.map(({ leases }) => EFFECTS.indexOf(leases)));
  return { changes, leases: EFFECTS[worst] ?? "untouched" };
}

/** A plan as lines for a person; nothing where nothing changes. */
export function describeVersionPlan({ changes }: VersionPlan): string[] {
  return changes.map(({ title, from, to, meaning }) =>
    from === undefined ? `${title} ${to}: ${meaning}` : `${title} ${from} → ${to}: ${meaning}`,
  );
}

/**
 * Leases run in pods of their own, which the provider only looks after: it reads them back from the cluster when it
 * starts (cluster/kube/client.go, Deployments).
 */
function moveProvider(from: string, to: string): Consequence {
  const back = order(from, to) > 0 ? " Its order cursor and the custom resources stay as they are." : "";
  return {
    leases: "live on",
    meaning: `Provider and operators restart once. Leases live on and stay reachable; for about a minute there are no bids, no manifests, no lease shell and no logs.${back}`,
  };
}

/** The operator's pods hold drivers and plugins, never a lease's own container. */
function moveGpuOperator(): Consequence {
  return {
    leases: "live on",
    meaning:
      "Its device plugin restarts on every node. Leases keep the GPUs they hold; a new lease with a GPU waits until it is back.",
  };
}

/**
 * K3s leaves containers running while it restarts (its unit has KillMode=process). A kubelet of another minor
 * version may make pods anew (kubernetes.io, "Version Skew Policy"), and an older K3s cannot read the datastore.
 */
function moveK3s(from: string, to: string): Consequence {
  const [before, after] = [coerce(from), coerce(to)];
  if (before === null || after === null) {
    return { leases: "refused", meaning: `\`${before === null ? from : to}\` is no release of K3s.` };
  }
  if (order(from, to) > 0) {
    return {
      leases: "refused",
      meaning: "K3s cannot go back: its datastore was migrated. Restore a snapshot from before, or stay.",
    };
  }
  if (minor(before) === minor(after)) {
    return {
      leases: "live on",
      meaning: "K3s restarts on one node after the other, servers first. Containers run on meanwhile.",
    };
  }
  const steps = minor(after) - minor(before);
  const stages = steps > 1 ? `, ${steps} times, since minor versions are taken one at a time` : "";
  return {
    leases: "restarted",
    meaning: `A new minor version of K3s: one node after the other is drained${stages}. A lease that has room on another node is started there anew; any other is down until its node is back.`,
  };
}

function order(left: string, right: string): number {
  const [a, b] = [parse(left) ?? coerce(left), parse(right) ?? coerce(right)];
  return a === null || b === null ? 0 : compareBuild(a, b);
}
