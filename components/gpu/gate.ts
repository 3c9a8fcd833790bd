import { detectFromNodes } from "./detect.ts";
import type { GpuDatabase, GpuDevice, GpuModel, NodeView } from "./types.ts";

/** The GPUs that a node has on its bus. */
export interface ExpectedGpus extends GpuModel {
  /** Name of the Kubernetes node. */
  readonly node: string;
  /** Cards on the bus, at least 1. */
  readonly count: number;
}

/** How a node falls short of its bus. */
export type GpuGap =
  | "no-node"
  | "not-allocatable"
  | "fewer-allocatable"
  | "more-allocatable"
  | "unlabelled"
  | "other-model";

export interface GpuVerdict {
  readonly expected: ExpectedGpus;
  /** What may be advertised; absent where there is a gap. */
  readonly device?: GpuDevice;
  readonly gap?: GpuGap;
  /** What the node offers now, for example `1 × rtx5090 32Gi pcie`, or `none`. */
  readonly found: string;
}

/** For example `2 × rtx5090 32Gi pcie`. */
export function describeGpus(count: number, model?: GpuModel): string {
  if (count === 0) return "none";
  const parts = [model?.model ?? "unknown", model?.memory, model?.interface].filter(
    (part) => part !== undefined,
  );
  return `${count} × ${parts.join(" ")}`;
}

function sameModel(left: GpuModel, right: GpuModel): boolean {
  const agree = (one?: string, other?: string) => one === undefined || other === undefined || one === other;
  return (
    left.vendor === right.vendor &&
    left.model === right.model &&
    agree(left.memory, right.memory) &&
    agree(left.interface, right.interface)
  );
}

function offeredBy(node: NodeView, vendor: string): number {
  return Number.parseInt(node.status?.allocatable?.[`${vendor}.com/gpu`] ?? "0", 10) || 0;
}

/**
 * Compares what each node offers to pods with what is on its bus. Only where both count and model agree is
 * there a device to advertise: the rest is a gap, never a guess.
 *
 * @param nodes all nodes of the cluster
 */
export function verifyGpus(
  expected: readonly ExpectedGpus[],
  nodes: readonly NodeView[],
  database: GpuDatabase,
): GpuVerdict[] {
  const { devices } = detectFromNodes(nodes, database);
  return expected.map((item): GpuVerdict => {
    const node = nodes.find(({ metadata }) => metadata?.name === item.node);
    if (node === undefined) return { expected: item, gap: "no-node", found: "no node" };
    const offered = offeredBy(node, item.vendor);
    const labelled = devices.filter((device) => device.node === item.node);
    const [shown] = labelled;
    const found =
      labelled.length > 1
        ? `${offered} × ${labelled.map(({ model }) => model).join(" and ")}`
        : describeGpus(offered, shown);
    const verdict = (gap: GpuGap): GpuVerdict => ({ expected: item, gap, found });
    if (offered === 0) return verdict("not-allocatable");
    if (shown === undefined) return verdict("unlabelled");
    if (labelled.length > 1 || !sameModel(item, shown)) return verdict("other-model");
    if (offered < item.count) return verdict("fewer-allocatable");
    if (offered > item.count) return verdict("more-allocatable");
    const { count, ...model } = item;
    return { expected: item, device: { ...model, present: count, allocatable: offered }, found };
  });
}
