import { parse, stringify } from "yaml";
import { openCluster } from "../cluster/cluster.ts";
import type { Cluster } from "../cluster/types.ts";
import { onHost } from "../hosts/connect.ts";
import type { HostAddress } from "../hosts/types.ts";
import { NoServerAnswers } from "./errors.ts";

/** An administrator's kubeconfig as K3s writes it on a server. */
const KUBECONFIG = "/etc/rancher/k3s/k3s.yaml";

/** The part of a kubeconfig that is rewritten. */
interface KubeconfigFile {
  clusters: { name: string; cluster: { server: string } }[];
  users: { name: string }[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
  "current-context": string;
}

/**
 * A server's kubeconfig for use elsewhere.
 *
 * @param server URL of the API server
 * @param name what cluster, user and context are called, so that it can be merged with others
 */
export function rewriteKubeconfig(text: string, server: string, name: string): string {
  const file = parse(text) as KubeconfigFile;
  for (const item of file.clusters) {
    item.name = name;
    item.cluster.server = server;
  }
  for (const item of file.users) item.name = name;
  for (const item of file.contexts) {
    item.name = name;
    item.context = { ...item.context, cluster: name, user: name };
  }
  return stringify({ ...file, "current-context": name });
}

/** @throws NoServerAnswers when K3s has not written one there */
export async function readServerKubeconfig(
  address: HostAddress,
  server: string,
  name: string,
): Promise<string> {
  const text = await onHost(address, (host) => host.read(KUBECONFIG));
  if (text === undefined) throw new NoServerAnswers([`${address.host} has no ${KUBECONFIG}`]);
  return rewriteKubeconfig(text, server, name);
}

/** Clusters of this process, by server: credentials are fetched once and kept in memory only. */
const opened = new Map<string, Promise<Cluster>>();

/** The cluster as an administrator sees it, with the credentials of one of its servers. */
export function clusterOf(address: HostAddress, api: string): Promise<Cluster> {
  const key = JSON.stringify([address, api]);
  const known = opened.get(key);
  if (known !== undefined) return known;
  const cluster = readServerKubeconfig(address, api, "site").then((kubeconfig) =>
    openCluster({ kubeconfig }, { timeoutMs: 10_000 }),
  );
  opened.set(key, cluster);
  cluster.catch(() => opened.delete(key));
  return cluster;
}

/** Forgets credentials, for a cluster that was made anew. */
export function forgetCluster(address: HostAddress, api: string): void {
  opened.delete(JSON.stringify([address, api]));
}

/** Whether an API server is ready to answer. */
export async function answers(cluster: Pick<Cluster, "request">): Promise<boolean> {
  try {
    await cluster.request("GET", "/readyz");
    return true;
  } catch {
    return false;
  }
}
