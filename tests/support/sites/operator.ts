import { setTimeout as sleep } from "node:timers/promises";
import { ensureCrds } from "../../../components/charts/crds.ts";
import type { Cluster } from "../../../components/cluster/index.ts";
import type { KubernetesObject } from "../../unit/akash/declared.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const STACKS = "/apis/pulumi.com/v1/namespaces/default/stacks";
const POLL_MS = 100;

/** The Pulumi Kubernetes Operator's own definitions, as its release has them. */
export async function installOperatorDefinitions(cluster: Cluster): Promise<void> {
  for (const definition of await ensureCrds("pulumi-kubernetes-operator")) {
    await cluster.request("POST", DEFINITIONS, definition);
  }
  // The API server serves a definition a moment after it is made.
  while ((await cluster.get(STACKS)) === undefined) await sleep(POLL_MS);
}

/** Has the API server take an object, with unknown fields refused; in the namespace that is there. */
export async function createStrictly(cluster: Cluster, object: KubernetesObject): Promise<void> {
  const { metadata, ...rest } = object;
  await cluster.request("POST", `${STACKS}?fieldValidation=Strict`, {
    ...rest,
    metadata: { ...metadata, namespace: "default" },
  });
}
