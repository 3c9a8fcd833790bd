import { existsSync } from "node:fs";
import { openCluster } from "../cluster/cluster.ts";
import type { NodeRole } from "./binary.ts";
import { siteKubeconfigPath } from "./names.ts";
import { isEtcdMember, isServer, listNodes } from "./nodeObject.ts";
import type { RunningCluster } from "./planCluster.ts";

/**
 * The cluster of a site as it is, so that a changed list of machines turns none of its nodes into something else.
 *
 * @returns undefined before the first `up` on this machine: there is no kubeconfig yet
 * @throws errors of the cluster when there is one that does not answer: guessing roles would empty machines
 */
export async function observeCluster(
  site: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<RunningCluster | undefined> {
  const kubeconfigPath = siteKubeconfigPath(site, env);
  if (!existsSync(kubeconfigPath)) return undefined;
  const nodes = await listNodes(await openCluster({ kubeconfigPath }, { timeoutMs: 10_000 }));
  return {
    roles: Object.fromEntries(
      nodes.map((node): [string, NodeRole] => [node.metadata.name, isServer(node) ? "server" : "agent"]),
    ),
    datastore: nodes.some(isEtcdMember) ? "etcd" : "sqlite",
  };
}
