import type { Cluster } from "../../cluster/types.ts";
import { TakeoverStuck } from "./errors.ts";
import type { TakeoverItem, TakeoverPlan } from "./types.ts";

const POLL_MS = 200;

/**
 * Deletes what the update makes anew, and waits until it is gone. The pods of a workload whose selector stays run
 * on until the new workload takes them over.
 *
 * @throws TakeoverStuck when an object is still there after `timeoutMs`, 60 s by default
 */
export async function deleteReplaced(
  cluster: Cluster,
  { items }: TakeoverPlan,
  timeoutMs = 60_000,
): Promise<void> {
  const replaced = items.filter(({ action }) => action === "replace");
  await Promise.all(
    replaced.map(async (item) => {
      await deleteObject(cluster, item, item.pods ?? "Background");
      await waitUntilGone(cluster, item, timeoutMs);
    }),
  );
}

/**
 * Deletes what is left over, one object after the other. The bindings come last: as long as one is there, the next
 * run looks for the rest again.
 */
export async function removeLeftovers(cluster: Cluster, { items }: TakeoverPlan): Promise<void> {
  const leftovers = items.filter(({ action }) => action === "remove");
  const last = ({ kind }: TakeoverItem) => Number(kind === "ClusterRoleBinding");
  for (const item of leftovers.toSorted((a, b) => last(a) - last(b))) {
    if (item.listener === undefined) await deleteObject(cluster, item, "Background");
    else await removeListener(cluster, item);
  }
}

interface Listeners {
  readonly spec: { readonly listeners: readonly { readonly name: string }[] };
}

/** Takes a listener out of a Gateway, unless somebody changed the list in between. */
async function removeListener(cluster: Cluster, { path, listener: name }: TakeoverItem): Promise<void> {
  if (path === undefined) return;
  const gateway = await cluster.get<Listeners>(path);
  const index = gateway?.spec.listeners.findIndex((listener) => listener.name === name) ?? -1;
  if (index < 0) return;
  const listener = `/spec/listeners/${index}`;
  const patch = [
    { op: "test", path: `${listener}/name`, value: name },
    { op: "remove", path: listener },
  ];
  await cluster.request("PATCH", path, patch, "application/json-patch+json");
}

async function deleteObject(
  cluster: Cluster,
  { path }: TakeoverItem,
  propagationPolicy: "Orphan" | "Background",
): Promise<void> {
  if (path !== undefined) await cluster.request("DELETE", path, { propagationPolicy });
}

async function waitUntilGone(cluster: Cluster, item: TakeoverItem, timeoutMs: number): Promise<void> {
  if (item.path === undefined) return;
  for (const end = Date.now() + timeoutMs; (await cluster.get(item.path)) !== undefined; ) {
    if (Date.now() > end) throw new TakeoverStuck(item);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
