import { ClusterForbidden, ClusterRejected } from "../../cluster/errors.ts";
import type { Cluster } from "../../cluster/types.ts";
import { DrainBlocked } from "../errors.ts";
import {
  type BudgetObject,
  budgetsOf,
  describeBlocked,
  keptBy,
  type PodObject,
  podName,
  type VolumeObject,
} from "./drain.ts";

/** Pods of a node. */
export async function readPods(cluster: Pick<Cluster, "get">, node: string): Promise<readonly PodObject[]> {
  const path = `/api/v1/pods?fieldSelector=spec.nodeName%3D${encodeURIComponent(node)}`;
  return (await cluster.get<{ readonly items: readonly PodObject[] }>(path))?.items ?? [];
}

export async function readVolumes(cluster: Pick<Cluster, "get">): Promise<readonly VolumeObject[]> {
  return (
    (await cluster.get<{ readonly items: readonly VolumeObject[] }>("/api/v1/persistentvolumes"))?.items ?? []
  );
}

export interface EvictOptions {
  /** How long pods are given to leave. */
  readonly seconds: number;
  /** Pause between attempts, milliseconds; default 1000. */
  readonly pauseMs?: number;
  /** Whether it was agreed that what keeps a pod is passed over in the end. */
  readonly anyway?: boolean;
}

/**
 * Asks pods to leave, again and again while a disruption budget keeps them, and waits until they are gone.
 *
 * @throws DrainBlocked naming each pod that is still there and why
 */
export async function evictAll(
  cluster: Pick<Cluster, "get" | "request">,
  node: string,
  pods: readonly PodObject[],
  { seconds, pauseMs = 1000, anyway = false }: EvictOptions,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  let waiting = [...pods];
  const why = new Map<string, string>();
  for (;;) {
    for (const pod of waiting) why.set(podName(pod), await evict(cluster, pod));
    const left = new Set((await readPods(cluster, node)).map(podName));
    waiting = waiting.filter((pod) => left.has(podName(pod)));
    for (const name of why.keys()) if (!left.has(name)) why.delete(name);
    if (waiting.length === 0) return;
    if (Date.now() >= deadline) break;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  if (!anyway) throw new DrainBlocked(describeBlocked(node, why, seconds));
  for (const pod of waiting) {
    await cluster.request("DELETE", `${pathOf(pod)}?gracePeriodSeconds=0`);
  }
}

/** @returns what the pod waits for */
async function evict(cluster: Pick<Cluster, "get" | "request">, pod: PodObject): Promise<string> {
  const { namespace, name } = pod.metadata;
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { namespace, name } };
  try {
    await cluster.request("POST", `${pathOf(pod)}/eviction`, eviction);
    return "it is ending";
  } catch (error) {
    const reason = await reasonOf(cluster, pod, error);
    if (reason === undefined) throw error;
    return reason;
  }
}

/** Why a pod was not let go, where that may change; undefined for any other failure. */
async function reasonOf(
  cluster: Pick<Cluster, "get">,
  pod: PodObject,
  error: unknown,
): Promise<string | undefined> {
  const { namespace } = pod.metadata;
  if (error instanceof ClusterForbidden) {
    // Nothing can be made in a namespace that is being deleted, not even an eviction. Its pods go by themselves.
    const object = await cluster.get<Deletable>(`/api/v1/namespaces/${namespace}`);
    const isLeaving = object === undefined || object.metadata.deletionTimestamp !== undefined;
    return isLeaving ? "its namespace is being deleted" : undefined;
  }
  if (!(error instanceof ClusterRejected)) return undefined;
  // Which of several budgets counts is not for Kubernetes to choose: it answers 500, whatever they allow.
  const several = error.status === 500 && /more than one PodDisruptionBudget/.test(error.message);
  if (error.status !== 429 && !several) return undefined;
  // The answer to an eviction does not name the budget.
  const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
  const budgets = (await cluster.get<{ readonly items: readonly BudgetObject[] }>(path))?.items ?? [];
  if (several) {
    return `PodDisruptionBudgets ${budgetsOf(pod, budgets).join(" and ")} select it, and a pod that more than one selects is never let go`;
  }
  const names = keptBy(pod, budgets);
  return names.length === 0
    ? "a disruption budget keeps it"
    : `kept by PodDisruptionBudget ${names.join(", ")}`;
}

interface Deletable {
  readonly metadata: { readonly deletionTimestamp?: string };
}

function pathOf({ metadata: { namespace, name } }: PodObject): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}
