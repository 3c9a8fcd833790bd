import { normalizeInterface } from "./database.ts";
import type { GpuModel } from "./types.ts";

type Labels = Readonly<Record<string, string>>;

export interface LabelledModel {
  readonly model: GpuModel;
  readonly present: number;
}

const capability = "akash.network/capabilities.gpu.vendor.";

function count(value: string): number {
  const parsed = Number.parseInt(value, 10);
  return parsed > 0 ? parsed : 1;
}

/**
 * Models as the network's inventory operator labels a node: `…vendor.V.model.M`, and that with `.ram.R` and
 * `.interface.I` (`generateLabels` in `operator/inventory/node-discovery.go`). A model that occurs with two
 * sizes of memory on one node cannot be told apart here and gets none.
 */
export function modelsOfInventory(labels: Labels): readonly LabelledModel[] {
  const models = new Map<
    string,
    { vendor: string; model: string; present: number; ram: string[]; kind: string[] }
  >();
  const entries = Object.entries(labels)
    .filter(([key]) => key.startsWith(capability))
    .sort(([left], [right]) => left.length - right.length);
  for (const [key, value] of entries) {
    const match = /^([^.]+)\.model\.([^.]+)(?:\.(ram|interface)\.(.+))?$/.exec(key.slice(capability.length));
    const [, vendor, model, aspect, detail] = match ?? [];
    if (vendor === undefined || model === undefined) continue;
    const id = `${vendor}/${model}`;
    const entry = models.get(id) ?? { vendor, model, present: count(value), ram: [], kind: [] };
    models.set(id, entry);
    if (aspect === "ram" && detail !== undefined) entry.ram.push(detail);
    if (aspect === "interface" && detail !== undefined) entry.kind.push(normalizeInterface(detail));
  }
  return [...models.values()].map(({ vendor, model, present, ram, kind }) => {
    const [memory] = ram;
    const [attachment] = kind;
    return {
      present,
      model: {
        vendor,
        model,
        ...(memory !== undefined && ram.length === 1 ? { memory } : {}),
        ...(attachment !== undefined && kind.length === 1 ? { interface: attachment } : {}),
      },
    };
  });
}

const vendorIds: ReadonlySet<string> = new Set(["10de", "1002"]);

/**
 * PCI ids (`vendor:device`) from node feature discovery, where it is set to show the device:
 * `feature.node.kubernetes.io/pci-<class>_<vendor>_<device>….present`. Only display controllers count (class
 * 03xx, or no class shown).
 */
export function pciIdsOfFeatures(labels: Labels): readonly string[] {
  const ids = new Set<string>();
  for (const key of Object.keys(labels)) {
    const match = /^feature\.node\.kubernetes\.io\/pci-([0-9a-f_]+)\.present$/.exec(key);
    const fields = match?.[1]?.split("_") ?? [];
    const at = fields.findIndex((field) => vendorIds.has(field));
    const device = fields[at + 1];
    if (at < 0 || device === undefined) continue;
    const [deviceClass] = fields.slice(0, at);
    if (deviceClass === undefined || deviceClass.startsWith("03")) ids.add(`${fields[at]}:${device}`);
  }
  return [...ids].sort();
}

/** Whether any label says that the node has an NVIDIA display controller. */
export function showsGpu(labels: Labels): boolean {
  return (
    labels["nvidia.com/gpu.present"] === "true" ||
    Object.keys(labels).some((key) =>
      /^feature\.node\.kubernetes\.io\/pci-(03\d\d_)?10de(_\w+)?\.present$/.test(key),
    )
  );
}

/** The CUDA version a node's driver supports, from feature discovery; the names changed in 2024. */
export function cudaOfNode(labels: Labels): string | undefined {
  const full = labels["nvidia.com/cuda.runtime-version.full"];
  if (full !== undefined) return full;
  const major = labels["nvidia.com/cuda.runtime-version.major"] ?? labels["nvidia.com/cuda.runtime.major"];
  const minor = labels["nvidia.com/cuda.runtime-version.minor"] ?? labels["nvidia.com/cuda.runtime.minor"];
  return major === undefined ? undefined : `${major}.${minor ?? "0"}`;
}
