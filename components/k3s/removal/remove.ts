import type { Cluster } from "../../cluster/types.ts";
import { onHost } from "../../hosts/connect.ts";
import { HostKeyChanged, HostUnreachable } from "../../hosts/errors.ts";
import { type HostScript, hostScript } from "../../hosts/script.ts";
import { REMOVE_MEMBER, REMOVED_MEMBER } from "../binary.ts";
import { forgetCluster } from "../clusterAccess.ts";
import { RemovalRefused } from "../errors.ts";
import type { NodeInputs } from "../nodeInputs.ts";
import {
  CORDONED_BY_REMOVAL,
  getNode,
  isEtcdMember,
  isReady,
  isServer,
  listNodes,
  type NodeObject,
  notReadySince,
  patchNode,
} from "../nodeObject.ts";
import { type NodeFacts, otherSite, readFacts } from "../observeNode.ts";
import { takeSnapshot } from "../snapshots.ts";
import { openOthers } from "./access.ts";
import { type Consent, consentFor, howToAllow } from "./consent.ts";
import { planDrain, refuseLosses } from "./drain.ts";
import { evictAll, readPods, readVolumes } from "./evict.ts";
import { leasesOf, readLeases } from "./leases.ts";
import { planRemoval, type RemovalNode, type RemovalStep, type RemovalView } from "./plan.ts";

export interface RemoveOptions {
  /** Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Given what happens, one line at a time. */
  readonly progress?: (line: string) => void;
  /** How long pods are given to leave; default 300. */
  readonly drainSeconds?: number;
}

/**
 * Takes a node away, for good: its pods, its place in etcd, its Node object and everything of K3s on the machine.
 *
 * @returns the steps that were taken
 * @throws RemovalRefused and DrainBlocked before anything is lost, and the errors of host and cluster
 */
export async function removeNode(
  node: NodeInputs,
  options: RemoveOptions = {},
): Promise<readonly RemovalStep[]> {
  const { env = process.env, progress = () => {}, drainSeconds = 300 } = options;
  const consent = consentFor(node.node, env);
  const facts = await factsOverSsh(node, progress);
  const reachable = facts !== undefined;
  const cluster = await openOthers(node, reachable, env);
  if (cluster === undefined) refuseBlind(node, facts, consent);
  const view =
    cluster === undefined ? empty(node.node, reachable) : await readView(node.node, cluster, reachable);
  const steps = planRemoval(view, consent);
  for (const step of steps) {
    progress(step);
    await carryOut(step, { node, cluster, reachable, agreed: consent.data, drainSeconds, progress });
  }
  forgetCluster(node.address, node.api);
  return steps;
}

interface Removal {
  readonly node: NodeInputs;
  /** Undefined when no server can be asked: then nothing is asked. */
  readonly cluster: Cluster | undefined;
  readonly reachable: boolean;
  readonly agreed: boolean;
  readonly drainSeconds: number;
  readonly progress: (line: string) => void;
}

const scripts = {
  hold: hostScript("k3s/scripts/hold.sh", { step: "hold of K3s" }),
  stop: hostScript("k3s/scripts/stop.sh", { step: "stop of K3s" }),
  uninstall: hostScript("k3s/scripts/uninstall.sh", { step: "removal of K3s" }),
};

async function carryOut(step: RemovalStep, removal: Removal): Promise<void> {
  const { node, reachable, agreed, drainSeconds, progress } = removal;
  const run = (script: HostScript, desired = {}) =>
    onHost(node.address, (host) => host.script(script, desired, { progress, timeoutSeconds: 300 }));
  switch (step) {
    case "snapshot":
      await takeSnapshot(node, "before-removal", progress);
      return;
    case "snapshot-elsewhere":
      await saveElsewhere(node, progress);
      return;
    case "cordon":
      await refuseUnmovable(removal);
      await cordon(required(removal), node.node);
      return;
    case "drain": {
      const cluster = required(removal);
      const { evict } = planDrain(node.node, await readPods(cluster, node.node), []);
      await evictAll(cluster, node.node, evict, { seconds: drainSeconds, anyway: agreed });
      return;
    }
    case "remove-member":
      if (reachable) await run(scripts.hold);
      await removeMember(required(removal), node.node);
      return;
    case "stop":
      await run(scripts.stop);
      return;
    case "delete-node":
      await required(removal).request("DELETE", `/api/v1/nodes/${node.node}`);
      return;
    case "uninstall":
      await run(scripts.uninstall, { dataDir: node.dataDir });
  }
}

/** On the server through which this one joined, as this one can't. Who leaves as the first knows of no other. */
async function saveElsewhere(node: NodeInputs, progress: (line: string) => void): Promise<void> {
  const { first } = node;
  if (first === undefined) {
    progress("no other server's address is known here: the data is as it was saved last");
    return;
  }
  await takeSnapshot({ ...node, address: first }, "before-removal", progress);
}

/** One that a person has cordoned stays theirs. */
async function cordon(cluster: Cluster, name: string): Promise<void> {
  const object = await getNode(cluster, name);
  if (object?.spec?.unschedulable === true) return;
  await patchNode(cluster, name, {
    metadata: { annotations: { [CORDONED_BY_REMOVAL]: "true" } },
    spec: { unschedulable: true },
  });
}

/** Whatever would be lost is named before the node is touched. */
async function refuseUnmovable(removal: Removal): Promise<void> {
  const { node, agreed } = removal;
  const cluster = required(removal);
  const plan = planDrain(node.node, await readPods(cluster, node.node), await readVolumes(cluster));
  refuseLosses(node.node, plan, agreed);
}

function required({ cluster, node }: Removal): Cluster {
  if (cluster === undefined)
    throw new RemovalRefused(`No server of ${node.site} answers. Start one, then try again.`);
  return cluster;
}

/** @returns undefined when the machine does not answer, or is another one by now: what this speaks of is gone then */
async function factsOverSsh(
  node: NodeInputs,
  progress: (line: string) => void,
): Promise<NodeFacts | undefined> {
  try {
    const facts = await readFacts(node);
    const other = otherSite(facts, node);
    if (other === undefined) return facts;
    progress(`it is a machine of the site ${other} by now and is left as it is`);
  } catch (error) {
    if (!(error instanceof HostUnreachable || error instanceof HostKeyChanged)) throw error;
    if (error instanceof HostKeyChanged) progress(`${error.message} Nothing is done on it.`);
  }
  return undefined;
}

/** Without the cluster nobody knows of leases: only a machine that has no K3s is cleaned then. */
function refuseBlind(
  { node, site, address }: NodeInputs,
  facts: NodeFacts | undefined,
  consent: Consent,
): void {
  if (facts === undefined) {
    throw new RemovalRefused(
      `Neither ${address.host} nor any server of ${site} answers, so nothing is known of ${node}. Make one of them reachable; if the machines are gone for good, forget the resource with \`pulumi state delete\`.`,
    );
  }
  if (facts.role === "" || consent.leases) return;
  throw new RemovalRefused(
    `No server of ${site} answers, so nobody knows whether ${node} runs leases. Start K3s on the servers, or agree with ${howToAllow("leases", node)}.`,
  );
}

/** K3s takes the member out when its node is annotated, and says so in another annotation. */
async function removeMember(cluster: Cluster, name: string): Promise<void> {
  await patchNode(cluster, name, { metadata: { annotations: { [REMOVE_MEMBER]: "true" } } });
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    const object = await getNode(cluster, name);
    if (object === undefined || object.metadata.annotations?.[REMOVED_MEMBER] !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new RemovalRefused(
    `etcd did not let ${name} go within 120 s. Look at the journal of k3s.service on another server, then run the same command again.`,
  );
}

async function readView(name: string, cluster: Cluster, reachable: boolean): Promise<RemovalView> {
  const [nodes, leases, pods] = await Promise.all([
    listNodes(cluster),
    readLeases(cluster),
    readPods(cluster, name),
  ]);
  const object = nodes.find(({ metadata }) => metadata.name === name);
  return {
    name,
    node: object && viewOf(object),
    others: nodes.filter((other) => other !== object).map(viewOf),
    leases: leasesOf(pods, leases),
    leasesInCluster: leases.size,
    reachable,
    now: new Date(),
  };
}

/** A machine on which K3s does not run any more, or never did. */
function empty(name: string, reachable: boolean): RemovalView {
  return { name, node: undefined, others: [], leases: [], leasesInCluster: 0, reachable, now: new Date() };
}

function viewOf(node: NodeObject): RemovalNode {
  const since = notReadySince(node);
  return {
    name: node.metadata.name,
    server: isServer(node),
    member: isEtcdMember(node),
    ready: isReady(node),
    ...(since === undefined ? {} : { notReadySince: since }),
  };
}
