import type { Cluster } from "../../cluster/types.ts";
import type { PodObject } from "./drain.ts";

/** Namespaces of leases carry both labels (cluster/kube/builder/namespace.go of the provider). */
const NAMESPACES = "/api/v1/namespaces?labelSelector=akash.network%3Dtrue%2Cakash.network%2Flease.id.owner";

interface NamespaceObject {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

/** Leases of the cluster: what to call each, by the name of its namespace. */
export async function readLeases(cluster: Pick<Cluster, "get">): Promise<ReadonlyMap<string, string>> {
  const list = await cluster.get<{ readonly items: readonly NamespaceObject[] }>(NAMESPACES);
  return new Map((list?.items ?? []).map(({ metadata }) => [metadata.name, leaseName(metadata)]));
}

function leaseName({ name, labels = {} }: NamespaceObject["metadata"]): string {
  const owner = labels["akash.network/lease.id.owner"];
  const dseq = labels["akash.network/lease.id.dseq"];
  return owner === undefined || dseq === undefined ? name : `${owner}/${dseq}`;
}

/** Leases with pods among these. */
export function leasesOf(pods: readonly PodObject[], leases: ReadonlyMap<string, string>): string[] {
  const alive = pods.filter(({ status }) => status?.phase !== "Succeeded" && status?.phase !== "Failed");
  const names = alive.flatMap(({ metadata }) => leases.get(metadata.namespace) ?? []);
  return [...new Set(names)].sort();
}
