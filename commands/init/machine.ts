import { readdir, readFile } from "node:fs/promises";
import { arch, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { commonModels } from "../../components/gpu/commonModels.ts";

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

const VENDORS: Readonly<Record<string, Machine["cpu"]["vendor"]>> = {
  AuthenticAMD: "amd",
  GenuineIntel: "intel",
};

/** PCI vendors whose display controllers the network rents out. */
const GPU_VENDORS = new Set(["10de", "1002"]);

const SECTOR = 512;
const SMALLEST_DISK_GB = 8;
const NO_DISK = /^(loop|ram|zram|dm-|md|sr|fd|nbd)/;

/**
 * Reads this machine from the kernel's files.
 *
 * @param root folder that stands for `/`; another one in tests
 */
export async function readMachine(root = "/"): Promise<Machine> {
  const [cpuinfo, disks, gpus] = await Promise.all([
    readText(join(root, "proc/cpuinfo")),
    readDisks(join(root, "sys/block")),
    readGpus(join(root, "sys/bus/pci/devices")),
  ]);
  const vendorId = /^vendor_id\s*:\s*(\S+)/m.exec(cpuinfo)?.[1] ?? "";
  const vendor = arch() === "arm64" ? "arm" : VENDORS[vendorId];
  return {
    cpu: {
      threads: cpus().length,
      model: cpus()[0]?.model.trim() ?? "unknown",
      ...(vendor === undefined ? {} : { vendor }),
    },
    memoryGib: Math.round(totalmem() / 2 ** 30),
    disks,
    gpus,
  };
}

async function readDisks(folder: string): Promise<Disk[]> {
  const disks = await Promise.all(
    (await list(folder)).map(async (name): Promise<Disk> => {
      const sectors = Number(await readText(join(folder, name, "size")));
      const rotational = (await readText(join(folder, name, "queue/rotational"))).trim() === "1";
      const kind = name.startsWith("nvme") ? "nvme" : rotational ? "hdd" : "ssd";
      return { name, gigabytes: Math.round((sectors * SECTOR) / 1e9), kind };
    }),
  );
  return disks.filter(({ name, gigabytes }) => !NO_DISK.test(name) && gigabytes >= SMALLEST_DISK_GB);
}

async function readGpus(folder: string): Promise<FoundGpu[]> {
  const found = await Promise.all(
    (await list(folder)).map(async (slot): Promise<FoundGpu[]> => {
      const read = async (file: string) =>
        (await readText(join(folder, slot, file))).trim().replace(/^0x/, "");
      const [vendor, device, kind] = await Promise.all([read("vendor"), read("device"), read("class")]);
      if (!GPU_VENDORS.has(vendor) || !kind.startsWith("03")) return [];
      const pciId = `${vendor}:${device}`;
      const model = commonModels.get(pciId)?.model;
      return [{ pciId, ...(model === undefined ? {} : { model }) }];
    }),
  );
  return found.flat();
}

/** Names in a folder, sorted; none where there is no such folder. */
async function list(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

async function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
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
