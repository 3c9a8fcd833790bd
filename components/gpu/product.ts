import type { GpuDatabase, GpuModel } from "./types.ts";

/**
 * Product names of NVIDIA's feature discovery (`nvidia.com/gpu.product`) rewritten to the network's model
 * names. Order matters: the longer form first.
 */
const rewrites: readonly (readonly [RegExp, string])[] = [
  [/-shared$/, ""],
  [/^nvidia-/, ""],
  [/^(geforce|tesla|quadro)-/, ""],
  [/-with-max-q-design$/, ""],
  [/^rtx-pro-6000-blackwell-max-q-workstation-edition$/, "pro6000mq"],
  [/^rtx-pro-6000-blackwell-workstation-edition$/, "pro6000we"],
  [/^rtx-pro-6000-blackwell-server-edition$/, "pro6000se"],
  [/^rtx-(\d+)-sff-ada-generation$/, "rtx-$1-sada"],
  [/^rtx-(\d+)-ada-generation$/, "rtx-$1-ada"],
  [/^rtx-a5000$/, "a5000"],
  [/-laptop-gpu$/, "m"],
  [/-super$/, "s"],
  [/^(a\d+|h\d+|v\d+|p\d+)-(sxm|pcie|pg|\d+gb|s\d).*$/, "$1"],
];

/** The model name a product most likely has, for example `NVIDIA-GeForce-RTX-5090` → `rtx5090`. */
export function modelOfProduct(product: string): string {
  const name = product
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, "-");
  return rewrites.reduce((text, [pattern, to]) => text.replace(pattern, to), name).replaceAll("-", "");
}

function attachmentOfProduct(product: string): string | undefined {
  const name = product.toLowerCase();
  if (name.includes("pcie")) return "pcie";
  return name.includes("sxm") || name.includes("hbm3") ? "sxm" : undefined;
}

function gibibytes(model: GpuModel): number {
  return Number.parseInt(model.memory ?? "", 10);
}

/**
 * The database's entry for a product. A driver reports a little less memory than the card has (32607 MiB for
 * 32Gi), so the memory is the database's entry that is nearest, within 10 %, and never a rounded figure.
 *
 * @param memoryMiB `nvidia.com/gpu.memory`
 * @returns undefined when no entry, or more than one, fits
 */
export function findProduct(
  database: GpuDatabase,
  product: string,
  memoryMiB?: number,
): GpuModel | undefined {
  const name = modelOfProduct(product);
  const attachment = attachmentOfProduct(product);
  const byKind = new Map<string, GpuModel>();
  for (const model of database.values()) {
    if (model.vendor !== "nvidia" || model.model !== name) continue;
    if (attachment !== undefined && model.interface !== attachment) continue;
    byKind.set(`${model.memory}/${model.interface}`, model);
  }
  const candidates = [...byKind.values()];
  if (memoryMiB === undefined) return candidates.length === 1 ? candidates[0] : undefined;
  const distance = (model: GpuModel) => Math.abs(gibibytes(model) * 1024 - memoryMiB) / memoryMiB;
  const fitting = candidates.filter((model) => distance(model) < 0.1);
  const nearest = Math.min(...fitting.map(distance));
  const best = fitting.filter((model) => distance(model) === nearest);
  return best.length === 1 ? best[0] : undefined;
}
