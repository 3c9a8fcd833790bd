import { arch, cpus, totalmem } from "node:os";
import { commonModels } from "../../components/gpu/commonModels.ts";
import type { HostFacts } from "../../components/hosts/facts/types.ts";

/** A GPU as the PCI bus shows it. */
export interface FoundGpu {
  /** `vendor:device` in hex, for example `10de:2b85`. */
  readonly pciId: string;
  /** Model as the network names it, for example `rtx5090`; undefined for one that is not in our table. */
  readonly model?: string;
}

export interface Disk {
  readonly name: string;
  readonly gigabytes: number;
  readonly kind: "hdd" | "ssd" | "nvme";
}

/** What a machine has, as far as a site's file depends on it. */
export interface Machine {
  readonly cpu: {
    readonly threads: number;
    readonly model: string;
    readonly vendor?: "amd" | "intel" | "arm";
  };
  readonly memoryGib: number;
  readonly disks: readonly Disk[];
  readonly gpus: readonly FoundGpu[];
}

/** PCI vendors whose display controllers the network rents out. */
const GPU_VENDORS = new Set(["10de", "1002"]);

const SMALLEST_DISK_GB = 8;

/**
 * Reads this machine as nodes of a site are read, as far as its user may.
 *
 * @param read its facts; others in tests
 */
export async function readMachine(read: () => Promise<HostFacts | undefined> = readHere): Promise<Machine> {
  const facts = await read();
  const vendor = facts?.cpu.vendor ?? (arch() === "arm64" ? "arm" : undefined);
  return {
    cpu: {
      threads: facts?.cpu.threads || cpus().length,
      model: cpus()[0]?.model.trim() ?? "unknown",
      ...(vendor === undefined ? {} : { vendor }),
    },
    memoryGib: Math.round((facts?.memoryBytes || totalmem()) / 2 ** 30),
    disks: (facts?.disks ?? []).flatMap(({ path, bytes, kind, removable }) => {
      const gigabytes = Math.round(bytes / 1e9);
      const name = path.replace("/dev/", "");
      return removable || gigabytes < SMALLEST_DISK_GB ? [] : [{ name, gigabytes, kind }];
    }),
    gpus: (facts?.pci ?? []).flatMap(({ vendor: maker, device, deviceClass }): FoundGpu[] => {
      if (!GPU_VENDORS.has(maker) || !deviceClass.startsWith("03")) return [];
      const pciId = `${maker}:${device}`;
      const model = commonModels.get(pciId)?.model;
      return [{ pciId, ...(model === undefined ? {} : { model }) }];
    }),
  };
}

/** Loaded when it is needed: with it comes SSH, which would slow every command's start. */
async function readHere(): Promise<HostFacts | undefined> {
  const { readFactsHere } = await import("../../components/hosts/facts/facts.ts");
  return readFactsHere();
}

/** One line for a person. */
export function describeMachine({ cpu, memoryGib, disks, gpus }: Machine): string {
  const counts = new Map<string, number>();
  for (const { pciId, model = `GPU ${pciId}` } of gpus) counts.set(model, (counts.get(model) ?? 0) + 1);
  const gpuText = [...counts].map(([model, count]) => `${count} × ${model}`).join(", ") || "no GPU";
  const diskText =
    disks.map(({ gigabytes, kind }) => `${gigabytes} GB ${kind}`).join(", ") || "no disk found";
  return `${cpu.threads} CPU threads (${cpu.model}), ${memoryGib} GiB memory, ${diskText}, ${gpuText}`;
}
