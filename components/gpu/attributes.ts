import type { Attribute } from "../chain/types.ts";
import type { GpuDetection, GpuDevice, GpuModel } from "./types.ts";

function compareModels(left: GpuModel, right: GpuModel): number {
  const order = (text: string | undefined, other: string | undefined) =>
    (text ?? "").localeCompare(other ?? "", "en", { numeric: true });
  return (
    order(left.vendor, right.vendor) ||
    order(left.model, right.model) ||
    order(left.memory, right.memory) ||
    order(left.interface, right.interface)
  );
}

/** Keys of one model: itself, its memory, its interface, and memory before interface. */
function keysOf({ vendor, model, memory, interface: attachment }: GpuModel): string[] {
  const base = `capabilities/gpu/vendor/${vendor}/model/${model}`;
  const keys = [base];
  if (memory !== undefined) keys.push(`${base}/ram/${memory}`);
  if (attachment !== undefined) keys.push(`${base}/interface/${attachment}`);
  if (memory !== undefined && attachment !== undefined) {
    keys.push(`${base}/ram/${memory}/interface/${attachment}`);
  }
  return keys;
}

/**
 * The attributes that advertise these devices, only those a pod can get now (`allocatable` > 0), each key
 * once, the same for any order of the devices.
 */
export function gpuAttributes(devices: readonly GpuDevice[]): readonly Attribute[] {
  const offered = devices.filter((device) => device.allocatable > 0).sort(compareModels);
  return [...new Set(offered.flatMap(keysOf))].map((key) => ({ key, value: "true" }));
}

/**
 * The attributes that an auditor asks of every provider with GPUs: `capabilities/gpu`, the vendor, and `cuda`,
 * the version the drivers support. Empty without a GPU that can be had.
 */
export function gpuAuditAttributes(detection: GpuDetection): readonly Attribute[] {
  const [vendor] = detection.devices
    .filter((device) => device.allocatable > 0)
    .map((device) => device.vendor)
    .sort((left, right) => right.localeCompare(left));
  if (vendor === undefined) return [];
  return [
    { key: "capabilities/gpu", value: vendor },
    ...(detection.cuda === undefined ? [] : [{ key: "cuda", value: detection.cuda }]),
  ];
}
