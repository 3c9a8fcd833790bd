import { cudaOfNode, type LabelledModel, modelsOfInventory, pciIdsOfFeatures, showsGpu } from "./labels.ts";
import { findProduct } from "./product.ts";
import type { GpuDatabase, GpuDetection, GpuDevice, GpuProblem, GpuProblemKind, NodeView } from "./types.ts";

const resources: Readonly<Record<string, string>> = { nvidia: "nvidia.com/gpu", amd: "amd.com/gpu" };
const databaseRepository = "github.com/akash-network/provider-configs";

interface NodeFinding {
  readonly models: readonly LabelledModel[];
  readonly problems: readonly (readonly [GpuProblemKind, string])[];
}

function allocatableOf(node: NodeView, vendor: string): number {
  const value = Number.parseInt(node.status?.allocatable?.[resources[vendor] ?? ""] ?? "0", 10);
  return Number.isNaN(value) ? 0 : Math.max(value, 0);
}

/** What a node's labels say it has; the first source that knows is believed. */
function identify(
  name: string,
  labels: Readonly<Record<string, string>>,
  database: GpuDatabase,
): NodeFinding {
  const product = labels["nvidia.com/gpu.product"];
  if (product?.includes("-MIG-")) {
    const message = `Node ${name} splits its ${product} with MIG, which the network cannot match to orders; it is not advertised. Set its label nvidia.com/mig.config to all-disabled.`;
    return { models: [], problems: [["partitioned", message]] };
  }
  const inventory = modelsOfInventory(labels);
  if (inventory.length > 0) return { models: inventory, problems: [] };

  const models: LabelledModel[] = [];
  const problems: (readonly [GpuProblemKind, string])[] = [];
  const ids = pciIdsOfFeatures(labels);
  for (const id of ids) {
    const model = database.get(id);
    // The count that feature discovery shows is of all GPUs, so it is a model's only when there is one model.
    if (model !== undefined) models.push({ model, present: ids.length === 1 ? present(labels) : 1 });
    else {
      const message = `Node ${name} has a GPU with PCI id ${id} that the network's GPU database does not list; it is not advertised. Submit it to ${databaseRepository}.`;
      problems.push(["unknown-pci-id", message]);
    }
  }
  if (models.length > 0 || problems.length > 0 || product === undefined) return { models, problems };

  const memory = Number.parseInt(labels["nvidia.com/gpu.memory"] ?? "", 10);
  const model = findProduct(database, product, Number.isFinite(memory) ? memory : undefined);
  if (model !== undefined) return { models: [{ model, present: present(labels) }], problems: [] };
  const message = `Node ${name} has a ${product} that matches no single entry of the network's GPU database; it is not advertised. Submit its PCI id to ${databaseRepository}.`;
  return { models: [], problems: [["unknown-product", message]] };
}

function present(labels: Readonly<Record<string, string>>): number {
  const count = Number.parseInt(labels["nvidia.com/gpu.count"] ?? "", 10);
  return count > 0 ? count : 1;
}

function inspect(node: NodeView, database: GpuDatabase): { devices: GpuDevice[]; problems: GpuProblem[] } {
  const name = node.metadata?.name ?? "";
  const labels = node.metadata?.labels ?? {};
  const found = identify(name, labels, database);
  const problems = found.problems.map(([kind, message]): GpuProblem => ({ kind, node: name, message }));
  const report = (kind: GpuProblemKind, message: string) => problems.push({ kind, node: name, message });
  const devices = found.models.map(
    ({ model, present: shown }): GpuDevice => ({
      ...model,
      node: name,
      present: shown,
      allocatable: allocatableOf(node, model.vendor),
    }),
  );
  const offered = Object.keys(resources).reduce((sum, vendor) => sum + allocatableOf(node, vendor), 0);
  const names = devices.map((device) => device.model).join(" and ");
  const total = devices.reduce((sum, device) => sum + device.present, 0);
  if (devices.length > 0 && offered === 0) {
    report(
      "not-allocatable",
      `Node ${name} has ${names} but offers no GPU to pods (allocatable is 0); it is not advertised. Check nvidia-smi on the node and the device plugin; after a reboot the driver may not be loaded.`,
    );
  } else if (devices.length > 0 && offered < total) {
    report(
      "fewer-allocatable",
      `Node ${name} has ${total} GPUs (${names}) but offers ${offered} to pods. Check nvidia-smi on the node for one that has dropped out.`,
    );
  }
  if (devices.length > 1 && offered > 0) {
    report(
      "mixed-models",
      `Node ${name} mixes ${names}; the network expects one model on a node and may place an order on the wrong card. Move the cards to different nodes.`,
    );
  }
  if (devices.length === 0 && problems.length === 0 && (offered > 0 || showsGpu(labels))) {
    report(
      "unlabelled",
      `Node ${name} has a GPU but no label says which model; it is not advertised. Wait for the GPU operator or the inventory operator to label the node, then run again.`,
    );
  }
  return { devices, problems };
}

function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}

/**
 * The GPUs of a cluster as its Node objects show them. The model comes from the inventory operator's labels,
 * else from a PCI id in the database, else from the product name of feature discovery; the count from
 * `status.allocatable`. What cannot be advertised is a named problem, never a guess.
 */
export function detectFromNodes(nodes: readonly NodeView[], database: GpuDatabase): GpuDetection {
  const inspected = [...nodes]
    .sort((left, right) => (left.metadata?.name ?? "").localeCompare(right.metadata?.name ?? ""))
    .map((node) => ({ ...inspect(node, database), cuda: cudaOfNode(node.metadata?.labels ?? {}) }));
  const [cuda] = inspected
    .filter(({ devices }) => devices.some((device) => device.allocatable > 0))
    .flatMap((node) => node.cuda ?? [])
    .sort(compareVersions);
  return {
    devices: inspected.flatMap(({ devices }) => devices),
    problems: inspected.flatMap(({ problems }) => problems),
    ...(cuda === undefined ? {} : { cuda }),
  };
}
