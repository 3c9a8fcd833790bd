import { existsSync } from "node:fs";
import { openCluster } from "../cluster/cluster.ts";
import { HostUnreachable } from "../hosts/errors.ts";
import type { HostAddress } from "../hosts/types.ts";
import { DATA_DIR, type Datastore, type NodeRole } from "./binary.ts";
import { siteKubeconfigPath } from "./names.ts";
import { isEtcdMember, isReady, isServer, listNodes, type NodeObject } from "./nodeObject.ts";
import { readFacts } from "./observeNode.ts";
import type { RunningCluster } from "./planCluster.ts";

/** A machine that may be a node. */
export interface PossibleNode {
  /** Name that its node has or would have. */
  readonly name: string;
  readonly address: HostAddress;
}

export interface ObserveClusterOptions {
  /** Machines that are asked over SSH when the cluster does not answer. Default: none. */
  readonly machines?: readonly PossibleNode[];
  /** Data directory of K3s. Default: `/var/lib/rancher/k3s`. */
  readonly dataDir?: string;
  /** Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * The cluster of a site as it is, so that a changed list of machines turns none of its nodes into something else.
 * The cluster itself is asked, and where it does not answer or is not known on this machine, the machines are: what
 * is stopped is to be started again, and not to be made anew.
 *
 * @returns undefined when there is none
 * @throws errors of the cluster when it does not answer and no machine can be asked: guessing would empty machines
 */
export async function observeCluster(
  site: string,
  { machines = [], dataDir = DATA_DIR, env = process.env }: ObserveClusterOptions = {},
): Promise<RunningCluster | undefined> {
  const kubeconfigPath = siteKubeconfigPath(site, env);
  let unanswered: unknown;
  if (existsSync(kubeconfigPath)) {
    try {
      return await askCluster(kubeconfigPath, machines, dataDir);
    } catch (error) {
      unanswered = error;
    }
  }
  const found = await askMachines(machines, dataDir);
  if (found === undefined && unanswered !== undefined) throw unanswered;
  return found;
}

async function askCluster(
  kubeconfigPath: string,
  machines: readonly PossibleNode[],
  dataDir: string,
): Promise<RunningCluster> {
  const nodes = await listNodes(await openCluster({ kubeconfigPath }, { timeoutMs: 10_000 }));
  const fresh = await setUpAnew(nodes, machines, dataDir);
  const there = nodes.filter(({ metadata }) => !fresh.has(metadata.name));
  return {
    roles: Object.fromEntries(
      there.map((node): [string, NodeRole] => [node.metadata.name, isServer(node) ? "server" : "agent"]),
    ),
    datastore: nodes.some(isEtcdMember) ? "etcd" : "sqlite",
  };
}

/**
 * Servers that the cluster remembers and whose machines have no K3s any more. One of them as the first server would
 * make a cluster of its own instead of joining this one.
 */
async function setUpAnew(
  nodes: readonly NodeObject[],
  machines: readonly PossibleNode[],
  dataDir: string,
): Promise<ReadonlySet<string>> {
  const gone = new Set(
    nodes.filter((node) => isServer(node) && !isReady(node)).map(({ metadata }) => metadata.name),
  );
  const asked = machines
    .filter(({ name }) => gone.has(name))
    .map(async ({ name, address }) => {
      const facts = await readFacts({ address, dataDir, manifests: {} }).catch(() => undefined);
      return facts?.role === "" ? [name] : [];
    });
  return new Set((await Promise.all(asked)).flat());
}

async function askMachines(
  machines: readonly PossibleNode[],
  dataDir: string,
): Promise<RunningCluster | undefined> {
  const roles: Record<string, NodeRole> = {};
  let datastore: Datastore = "sqlite";
  const read = machines.map(async ({ name, address }) => {
    const facts = await readFacts({ address, dataDir, manifests: {} }).catch((error: unknown) => {
      if (error instanceof HostUnreachable) return undefined;
      throw error;
    });
    if (facts?.role === "server" || facts?.role === "agent") roles[name] = facts.role;
    if (facts?.["datastore"] === "etcd") datastore = "etcd";
  });
  await Promise.all(read);
  return Object.keys(roles).length === 0 ? undefined : { roles, datastore };
}
