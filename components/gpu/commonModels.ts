import type { GpuDatabase, GpuModel } from "./types.ts";

type Row = readonly [device: string, model: string, memoryGi: number];

const nvidiaPcie: readonly Row[] = [
  ["2b85", "rtx5090", 32],
  ["2c02", "rtx5080", 16],
  ["2f04", "rtx5070", 12],
  ["2684", "rtx4090", 24],
  ["2704", "rtx4080", 16],
  ["2702", "rtx4080s", 16],
  ["2782", "rtx4070ti", 12],
  ["2783", "rtx4070s", 12],
  ["2786", "rtx4070", 12],
  ["2803", "rtx4060ti", 16],
  ["2805", "rtx4060ti", 16],
  ["2882", "rtx4060", 8],
  ["2203", "rtx3090ti", 24],
  ["2204", "rtx3090", 24],
  ["2216", "rtx3080", 10],
  ["2484", "rtx3070", 8],
  ["2488", "rtx3070", 8],
  ["2486", "rtx3060ti", 8],
  ["2489", "rtx3060ti", 8],
  ["2487", "rtx3060", 12],
  ["2503", "rtx3060", 12],
  ["2504", "rtx3060", 12],
  ["1e04", "rtx2080ti", 11],
  ["1e07", "rtx2080ti", 11],
  ["1b06", "gtx1080ti", 11],
  ["2bb1", "pro6000we", 96],
  ["2bb4", "pro6000mq", 96],
  ["2bb5", "pro6000se", 96],
  ["2230", "rtxa6000", 48],
  ["2231", "a5000", 24],
  ["2235", "a40", 48],
  ["27b0", "rtx4000sada", 20],
  ["27b2", "rtx4000ada", 20],
  ["1eb8", "t4", 16],
  ["1b38", "p40", 24],
  ["15f8", "p100", 16],
  ["1df0", "v100", 32],
  ["20b1", "a100", 40],
  ["20f1", "a100", 40],
  ["20b5", "a100", 80],
  ["2331", "h100", 80],
  ["233b", "h200nvl", 141],
];

const nvidiaSxm: readonly Row[] = [
  ["1db1", "v100", 16],
  ["1db5", "v100", 32],
  ["20b0", "a100", 40],
  ["20b2", "a100", 80],
  ["20f3", "a800", 80],
  ["2330", "h100", 80],
  ["2335", "h200", 141],
];

function rows(attachment: string, list: readonly Row[]): [string, GpuModel][] {
  return list.map(([device, model, memoryGi]) => [
    `10de:${device}`,
    { vendor: "nvidia", model, memory: `${memoryGi}Gi`, interface: attachment },
  ]);
}

/**
 * Common models, for a first start without internet. The network's own database is larger and is what counts
 * (`loadGpuDatabase`); names, memory and interface here agree with it, a test compares.
 */
export const commonModels: GpuDatabase = new Map([...rows("pcie", nvidiaPcie), ...rows("sxm", nvidiaSxm)]);
