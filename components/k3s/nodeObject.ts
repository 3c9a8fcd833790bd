import type { Cluster } from "../cluster/types.ts";

/** A Node object, as far as it is read here. */
export interface NodeObject {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly TaintObject[] };
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime?: string;
    }[];
    readonly nodeInfo?: { readonly kubeletVersion?: string };
  };
}

export interface TaintObject {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** Annotation of a node that a removal has cordoned. */
export const CORDONED_BY_REMOVAL = "pulumi-akash/cordoned-by-removal";

/** Kubernetes gives a cordoned node this taint. */
export const UNSCHEDULABLE = "node.kubernetes.io/unschedulable:NoSchedule";

/** Whether a removal that did not come to its end has left the node cordoned; what a person cordoned is theirs. */
export function isLeftCordoned({ metadata, spec }: NodeObject): boolean {
  return spec?.unschedulable === true && metadata.annotations?.[CORDONED_BY_REMOVAL] !== undefined;
}

export function isReady(node: NodeObject | undefined): boolean {
  return node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** When the node was last ready; undefined when it is, or never was seen otherwise. */
export function notReadySince(node: NodeObject): Date | undefined {
  const ready = node.status?.conditions?.find(({ type }) => type === "Ready");
  if (ready === undefined || ready.status === "True" || !ready.lastTransitionTime) return undefined;
  return new Date(ready.lastTransitionTime);
}

export function isServer(node: NodeObject): boolean {
  return node.metadata.labels?.["node-role.kubernetes.io/control-plane"] === "true";
}

export function isEtcdMember(node: NodeObject): boolean {
  return node.metadata.labels?.["node-role.kubernetes.io/etcd"] === "true";
}

/** `key=value:Effect`, or `key:Effect`. */
export function taintText({ key, value, effect }: TaintObject): string {
  return value ? `${key}=${value}:${effect}` : `${key}:${effect}`;
}

export function parseTaint(text: string): TaintObject {
  const match = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(text);
  if (match === null) throw new RangeError(`\`${text}\` is no taint. Write it as \`key=value:NoSchedule\`.`);
  const [, key = "", value, effect = ""] = match;
  return { key, ...(value ? { value } : {}), effect };
}

export async function getNode(cluster: Pick<Cluster, "get">, name: string): Promise<NodeObject | undefined> {
  return cluster.get<NodeObject>(`/api/v1/nodes/${name}`);
}

export async function listNodes(cluster: Pick<Cluster, "get">): Promise<readonly NodeObject[]> {
  return (await cluster.get<{ readonly items: readonly NodeObject[] }>("/api/v1/nodes"))?.items ?? [];
}

/** Labels and taints of one declaration. */
export interface NodeMarks {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly string[];
}

/**
 * The merge patch that brings a node to its declaration; undefined when there is nothing to change. What nobody
 * declared stays: Kubernetes and others put labels and taints of their own there. A node that a removal has left
 * cordoned takes pods again: it is declared, so it is to stay.
 *
 * @param before the declaration until now, whose leftovers go
 */
export function planMarks(node: NodeObject, want: NodeMarks, before?: NodeMarks): object | undefined {
  const current = node.metadata.labels ?? {};
  const gone = Object.keys(before?.labels ?? {}).filter((key) => !(key in want.labels) && key in current);
  const labels = Object.fromEntries([
    ...Object.entries(want.labels).filter(([key, value]) => current[key] !== value),
    ...gone.map((key): [string, null] => [key, null]),
  ]);
  const have = node.spec?.taints ?? [];
  const dropped = new Set((before?.taints ?? []).filter((text) => !want.taints.includes(text)));
  const missing = want.taints.filter((text) => !have.some((taint) => taintText(taint) === text));
  const taints = [...have.filter((taint) => !dropped.has(taintText(taint))), ...missing.map(parseTaint)];
  const taintsChange = missing.length > 0 || taints.length !== have.length;
  const cordoned = isLeftCordoned(node);
  const metadata = {
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(cordoned ? { annotations: { [CORDONED_BY_REMOVAL]: null } } : {}),
  };
  const spec = { ...(taintsChange ? { taints } : {}), ...(cordoned ? { unschedulable: null } : {}) };
  const parts = Object.entries({ metadata, spec }).filter(([, part]) => Object.keys(part).length > 0);
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

/** @param body a merge patch */
export async function patchNode(
  cluster: Pick<Cluster, "request">,
  name: string,
  body: object,
): Promise<void> {
  await cluster.request("PATCH", `/api/v1/nodes/${name}`, body, "application/merge-patch+json");
}
