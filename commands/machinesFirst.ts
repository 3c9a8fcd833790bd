import { ClusterRejected, ClusterUnreachable, openCluster } from "../components/cluster/index.ts";
import type { SiteConfig } from "../components/site/config.ts";
import { clusterExists, kubeconfigOf } from "../components/site/nodes.ts";

/** Longest wait for an answer, in milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Where the cluster that a site makes of its machines does not answer, the engine's flags that confine a run to the
 * machines: nothing in the cluster can be read until K3s runs again, and that is theirs to mend. Empty otherwise, and
 * for a cluster of somebody else's.
 */
export async function machinesFirst(site: SiteConfig): Promise<string[]> {
  if (site.nodes === undefined || !clusterExists(site)) return [];
  try {
    const cluster = await openCluster({ kubeconfigPath: kubeconfigOf(site) }, { timeoutMs: TIMEOUT_MS });
    await cluster.get("/version");
    return [];
  } catch (error) {
    // K3s answers 503 by itself until its API server does, as after a boot.
    const starts = error instanceof ClusterRejected && error.status === 503;
    if (!(starts || error instanceof ClusterUnreachable)) throw error;
    process.stderr.write(`${error.message}\nUntil it answers only its machines can be looked at.\n`);
    return ["--target", `**::${site.name}-nodes-**`];
  }
}
