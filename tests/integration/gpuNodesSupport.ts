import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../components/cluster/index.ts";

/** The attribute that offers the model of the card. */
export const GPU_KEY = "capabilities/gpu/vendor/nvidia/model/rtx5090";

const NAMESPACE = "lease-42";
const DEPLOYMENT = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/web`;

/** A lease of `akash1tenant`, deployment 42, as a provider makes it: one pod, which is on this node in the end. */
export async function putLease(cluster: Cluster, node: string): Promise<void> {
  const labels = {
    "akash.network": "true",
    "akash.network/lease.id.owner": "akash1tenant",
    "akash.network/lease.id.dseq": "42",
  };
  const apply = (path: string, body: object) =>
    cluster.request("PATCH", `${path}?fieldManager=test&force=true`, body, "application/apply-patch+yaml");
  await apply(`/api/v1/namespaces/${NAMESPACE}`, {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: NAMESPACE, labels },
  });
  await apply(DEPLOYMENT, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          nodeSelector: { "kubernetes.io/hostname": node },
          containers: [{ name: "web", image: "web:1" }],
        },
      },
    },
  });
  await until(`the lease's only pod runs on ${node}`, async () => {
    const list = await cluster.get<{ items: PodView[] }>(`/api/v1/namespaces/${NAMESPACE}/pods`);
    const [pod, ...others] = list?.items ?? [];
    return others.length === 0 && pod?.spec.nodeName === node && pod.status.phase === "Running";
  });
}

interface PodView {
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly phase?: string };
}

export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `not within 120 s: ${what}`);
    await sleep(250);
  }
}
