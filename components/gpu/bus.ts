import type { GpuDatabase, GpuModel } from "./types.ts";

/** A device on a machine's PCI bus. Ids are lower-case hex without prefix. */
export interface PciDevice {
  /** For example `01:00.0`. */
  readonly slot: string;
  /** Base class and subclass, for example `0300`. */
  readonly deviceClass: string;
  readonly vendor: string;
  readonly device: string;
  /** What the PCI database calls it; "" where nobody looked it up. */
  readonly name: string;
}

const line =
  /^((?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) .*?\[([0-9a-f]{4})\]: (.*) \[([0-9a-f]{4}):([0-9a-f]{4})\]/i;

/** Reads what `lspci -nn` prints; other lines, such as those of `-v`, are passed over. */
export function parseLspci(text: string): PciDevice[] {
  return text.split("\n").flatMap((row) => {
    const [, slot, deviceClass, name, vendor, device] = line.exec(row) ?? [];
    if (slot === undefined || deviceClass === undefined || vendor === undefined || device === undefined) {
      return [];
    }
    const lower = (value: string) => value.toLowerCase();
    return [
      {
        slot: lower(slot),
        deviceClass: lower(deviceClass),
        vendor: lower(vendor),
        device: lower(device),
        name: name ?? "",
      },
    ];
  });
}

const vendors: Readonly<Record<string, "nvidia" | "amd">> = { "10de": "nvidia", "1002": "amd" };

/** A GPU that a machine shows on its bus. */
export interface BusGpu {
  readonly slot: string;
  readonly vendor: "nvidia" | "amd";
  /** `vendor:device`, for example `10de:2b85`. */
  readonly id: string;
  /** The network's model; undefined for an id that its database does not list. */
  readonly model?: GpuModel;
  readonly name: string;
}

/** Graphics of NVIDIA and AMD: display controllers (03xx) and processing accelerators (1200). */
function isGpu({ deviceClass }: PciDevice): boolean {
  return deviceClass.startsWith("03") || deviceClass === "1200";
}

/**
 * The GPUs among a machine's devices. AMD's graphics inside a processor are no GPU that could be leased: of AMD
 * only what the network's database lists counts.
 */
export function gpusOnBus(devices: readonly PciDevice[], database: GpuDatabase): BusGpu[] {
  return devices.filter(isGpu).flatMap((device) => {
    const vendor = vendors[device.vendor];
    const id = `${device.vendor}:${device.device}`;
    const model = database.get(id);
    if (vendor === undefined || (vendor === "amd" && model === undefined)) return [];
    return [{ slot: device.slot, vendor, id, name: device.name, ...(model === undefined ? {} : { model }) }];
  });
}
