import { RemovalRefused } from "../errors.ts";
import { type Consent, howToAllow } from "./consent.ts";

/** A node of the cluster, as far as a removal depends on it. */
export interface RemovalNode {
  readonly name: string;
  readonly server: boolean;
  /** Member of etcd. */
  readonly member: boolean;
  readonly ready: boolean;
  /** Since when it is not ready. */
  readonly notReadySince?: Date;
}

export interface RemovalView {
  /** The node that goes; undefined when the cluster does not know it. */
  readonly node: RemovalNode | undefined;
  readonly name: string;
  /** All other nodes. */
  readonly others: readonly RemovalNode[];
  /** Leases with pods on it: `owner/dseq/…` as their namespaces say. */
  readonly leases: readonly string[];
  /** Leases anywhere in the cluster. */
  readonly leasesInCluster: number;
  /** Whether the machine answers over SSH. */
  readonly reachable: boolean;
  /** Now, for how long it has been gone. */
  readonly now: Date;
}

/** One step of a removal, in the order in which they are taken. */
export type RemovalStep =
  | "snapshot"
  | "snapshot-elsewhere"
  | "cordon"
  | "drain"
  | "remove-member"
  | "stop"
  | "delete-node"
  | "uninstall";

/** How long a machine must be gone before it counts as dead, milliseconds: longer than a reboot. */
export const DEAD_AFTER_MS = 5 * 60_000;

/**
 * The steps that take a node away.
 *
 * A machine that answers is emptied first; one that does not, and that the cluster has not seen for a while either,
 * is forgotten: its pods then start elsewhere, which is what its leases need.
 *
 * @throws RemovalRefused when leases would end, etcd would lose its majority, or other nodes would have no server
 */
export function planRemoval(view: RemovalView, consent: Consent): RemovalStep[] {
  const { node, name, others, reachable } = view;
  if (node === undefined) return reachable ? ["stop", "uninstall"] : [];
  refuseWithoutServers(view, consent);
  const member: RemovalStep[] = node.member && others.some((other) => other.member) ? ["remove-member"] : [];
  const last = others.length === 0;
  if (member.length > 0) refuseQuorumLoss(node, others);
  const saves = snapshotOf(node, view);
  if (last) return reachable ? [...saves, "stop", "uninstall"] : [];
  if (!reachable) {
    refuseSeen(view, consent);
    return [...saves, ...member, "delete-node"];
  }
  if (view.leases.length > 0 && !consent.leases) {
    throw new RemovalRefused(
      `${name} runs ${count(view.leases.length, "lease")} (${few(view.leases)}), and removing it would end or move them. Wait until they end, or agree with ${howToAllow("leases", name)}.`,
    );
  }
  return [...saves, "cordon", "drain", ...member, "stop", "delete-node", "uninstall"];
}

/** The data is saved before a server goes: on that server, or where it is none any more, on another one. */
function snapshotOf(node: RemovalNode, { others, reachable }: RemovalView): RemovalStep[] {
  if (!node.server) return [];
  if (reachable && node.ready) return ["snapshot"];
  return others.some(({ server, ready }) => server && ready) ? ["snapshot-elsewhere"] : [];
}

function refuseWithoutServers({ node, name, others, leasesInCluster }: RemovalView, consent: Consent): void {
  if (!node?.server || others.some(({ server }) => server)) return;
  if (others.length > 0) {
    throw new RemovalRefused(
      `${name} is the last server, and ${few(others.map((other) => other.name))} would have none. Remove the other nodes first, or declare another server before.`,
    );
  }
  if (leasesInCluster > 0 && !consent.leases) {
    throw new RemovalRefused(
      `${name} is the whole cluster and runs ${count(leasesInCluster, "lease")}. Wait until they end, or agree with ${howToAllow("leases", name)}.`,
    );
  }
}

/** etcd agrees by majority: on the removal itself among the members of today, afterwards among those that stay. */
function refuseQuorumLoss(node: RemovalNode, others: readonly RemovalNode[]): void {
  const staying = others.filter(({ member }) => member);
  const healthy = staying.filter(({ ready }) => ready);
  const today = staying.length + 1;
  const votes = healthy.length + (node.ready ? 1 : 0);
  if (votes >= majority(today) && healthy.length >= majority(staying.length)) return;
  const sick = staying.filter(({ ready }) => !ready).map(({ name }) => name);
  throw new RemovalRefused(
    `Without ${node.name} etcd has ${healthy.length} healthy of ${staying.length} members and no majority, which stops the whole cluster. Mend ${few(sick)} first.`,
  );
}

function majority(members: number): number {
  return Math.floor(members / 2) + 1;
}

/** A machine that only we cannot reach is not dead. */
function refuseSeen({ node, name, now }: RemovalView, consent: Consent): void {
  if (consent.unreachable) return;
  if (node?.ready) {
    throw new RemovalRefused(
      `${name} does not answer over SSH, but the cluster sees it: it would run on without being emptied. Make it reachable, or agree with ${howToAllow("unreachable", name)}.`,
    );
  }
  const gone = node?.notReadySince === undefined ? 0 : now.getTime() - node.notReadySince.getTime();
  if (gone < DEAD_AFTER_MS) {
    throw new RemovalRefused(
      `${name} does not answer, and the cluster has missed it for ${Math.max(0, Math.round(gone / 1000))} s only: it may be rebooting. Run the same command again in ${DEAD_AFTER_MS / 60_000} minutes, or agree with ${howToAllow("unreachable", name)}.`,
    );
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function few(names: readonly string[]): string {
  return names.length <= 3
    ? names.join(", ")
    : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}
