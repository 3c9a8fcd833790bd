import type { Cluster } from "../../../components/cluster/index.ts";
import { STATEFUL_SET } from "./objects.ts";

export const MERGE = "application/merge-patch+json";

/** Merges into an object. */
export const patch =
  (path: string, body: object) =>
  async ({ cluster }: { readonly cluster: Cluster }) =>
    void (await cluster.request("PATCH", path, body, MERGE));
/** Deletes an object. */
export const remove =
  (path: string) =>
  async ({ cluster }: { readonly cluster: Cluster }) =>
    void (await cluster.request("DELETE", path));

type Variables = readonly { readonly name: string; readonly value?: string }[];

/** Changes variables of the provider's container; undefined takes one away. */
export const setting =
  (changes: Readonly<Record<string, string | undefined>>) =>
  async ({ cluster }: { readonly cluster: Cluster }) => {
    type Set = { spec: { template: { spec: { containers: { env: Variables }[] } } } };
    const found = (await cluster.get(STATEFUL_SET)) as Set;
    const [container] = found.spec.template.spec.containers;
    const kept = (container?.env ?? []).filter(({ name }) => !(name in changes));
    const added = Object.entries(changes).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value }],
    );
    const containers = [{ ...container, env: [...kept, ...added] }];
    await cluster.request("PATCH", STATEFUL_SET, { spec: { template: { spec: { containers } } } }, MERGE);
  };

/** Moves the provider to another release, as `kubectl set image` does. */
export const image =
  (version: string) =>
  async ({ cluster }: { readonly cluster: Cluster }) => {
    type Set = { spec: { template: { spec: { containers: object[] } } } };
    const found = (await cluster.get(STATEFUL_SET)) as Set;
    const containers = found.spec.template.spec.containers.map((item) => ({
      ...item,
      image: `ghcr.io/akash-network/provider:${version}`,
    }));
    await cluster.request("PATCH", STATEFUL_SET, { spec: { template: { spec: { containers } } } }, MERGE);
  };

/** A Pod that is named and otherwise as told. */
export const pod = (name: string, rest: object) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, ...(rest as { metadata?: object }).metadata },
  // Nobody places it on a node, so that nothing but the test writes its status.
  spec: {
    schedulerName: "nobody",
    containers: [{ name: "main", image: "busybox:1.37" }],
    ...(rest as { spec?: object }).spec,
  },
});
