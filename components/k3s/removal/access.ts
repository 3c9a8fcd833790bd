import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { openCluster } from "../../cluster/cluster.ts";
import type { Cluster } from "../../cluster/types.ts";
import { answers, readServerKubeconfig, rewriteKubeconfig } from "../clusterAccess.ts";
import { apiUrl, siteKubeconfigPath } from "../names.ts";
import type { NodeInputs } from "../nodeInputs.ts";
import { isReady, isServer, listNodes, type NodeObject } from "../nodeObject.ts";

/** What says through whom a node's cluster can be asked. */
export type ClusterMember = Pick<NodeInputs, "address" | "api" | "first" | "node" | "site">;

/**
 * The cluster as seen through a server that stays: the one that goes is asked only where there is no other.
 *
 * @returns undefined when none answers
 */
export async function openOthers(
  node: ClusterMember,
  reachable: boolean,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Cluster | undefined> {
  const text = await credentials(node, reachable, env);
  if (text === undefined) return undefined;
  const open = (server: string) =>
    openCluster({ kubeconfig: rewriteKubeconfig(text, server, "site") }, { timeoutMs: 10_000 });
  const kept = await readFile(siteKubeconfigPath(node.site, env), "utf8").then(serverIn, () => node.api);
  const known = [...new Set([node.api, kept])];
  const own = node.first === undefined;
  for (const server of own ? known.toReversed() : known) {
    const cluster = await open(server);
    if (!(await answers(cluster))) continue;
    if (!own) return cluster;
    return (await throughAnother(node.node, await listNodes(cluster), open)) ?? cluster;
  }
  return undefined;
}

/** @returns undefined when there is no other server that answers */
async function throughAnother(
  leaving: string,
  nodes: readonly NodeObject[],
  open: (server: string) => Promise<Cluster>,
): Promise<Cluster | undefined> {
  const others = nodes.filter((node) => node.metadata.name !== leaving && isServer(node) && isReady(node));
  const addresses = others.flatMap(({ status }) =>
    (status?.addresses ?? []).filter(({ type }) => /IP$/.test(type)).map(({ address }) => address),
  );
  for (const address of addresses) {
    const cluster = await open(apiUrl(address));
    if (await answers(cluster)) return cluster;
  }
  return undefined;
}

/** A kubeconfig of the cluster: from a server that stays, from the machine itself, or the one that is kept here. */
async function credentials(
  { first, address, api, site }: ClusterMember,
  reachable: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const source = first ?? (reachable ? address : undefined);
  if (source !== undefined) {
    const text = await readServerKubeconfig(source, api, "site").catch(() => undefined);
    if (text !== undefined) return text;
  }
  return readFile(siteKubeconfigPath(site, env), "utf8").catch(() => undefined);
}

function serverIn(kubeconfig: string): string {
  const { clusters } = parse(kubeconfig) as { clusters: { cluster: { server: string } }[] };
  return clusters[0]?.cluster.server ?? "";
}
