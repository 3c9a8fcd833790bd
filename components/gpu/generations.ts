/** Generations of NVIDIA GPUs that a driver still supports, oldest first. */
export type GpuGeneration =
  | "maxwell"
  | "pascal"
  | "volta"
  | "turing"
  | "ampere"
  | "hopper"
  | "ada"
  | "blackwell";

/**
 * PCI device ids by the chip that the PCI ID repository (pci-ids.ucw.cz) names: GM, GP, GV, TU, GA, GH, AD, GB.
 * Bounds are included. Chips of one generation are numbered together, so that a card younger than this table
 * still falls into its place.
 */
const ranges: readonly (readonly [from: number, to: number, generation: GpuGeneration])[] = [
  [0x1340, 0x14ff, "maxwell"],
  [0x15f0, 0x15ff, "pascal"],
  [0x1617, 0x17ff, "maxwell"],
  [0x1b00, 0x1d7f, "pascal"],
  [0x1d80, 0x1dff, "volta"],
  [0x1e00, 0x1fff, "turing"],
  [0x2080, 0x20ff, "ampere"],
  [0x2180, 0x21ff, "turing"],
  [0x2200, 0x22ff, "ampere"],
  [0x2300, 0x23ff, "hopper"],
  [0x2400, 0x25ff, "ampere"],
  [0x2600, 0x28ff, "ada"],
  [0x2900, 0x3fff, "blackwell"],
];

/** @param deviceId PCI device id in hex without prefix, for example `2b85`; undefined for one older than Maxwell */
export function generationOf(deviceId: string): GpuGeneration | undefined {
  const id = Number.parseInt(deviceId, 16);
  return ranges.find(([from, to]) => id >= from && id <= to)?.[2];
}

/** What a generation asks of the driver. */
export interface DriverNeeds {
  /**
   * Flavour of the kernel modules. `open` alone for Blackwell, `proprietary` alone before Turing, whose chips
   * lack the processor that the open ones talk to (NVIDIA Driver Installation Guide, "Kernel Modules"; NVIDIA's
   * announcement of July 2024 for Blackwell).
   */
  readonly kernelModules: "open" | "proprietary" | "either";
  /** Oldest driver branch that knows the generation. */
  readonly minimumBranch: number;
  /** Newest driver branch that still does; 580 is the last for Maxwell, Pascal and Volta. */
  readonly lastBranch?: number;
}

/** Branches: NVIDIA's data centre driver release notes, "supported GPUs". */
export const driverNeeds: Readonly<Record<GpuGeneration, DriverNeeds>> = {
  maxwell: { kernelModules: "proprietary", minimumBranch: 470, lastBranch: 580 },
  pascal: { kernelModules: "proprietary", minimumBranch: 470, lastBranch: 580 },
  volta: { kernelModules: "proprietary", minimumBranch: 470, lastBranch: 580 },
  turing: { kernelModules: "either", minimumBranch: 470 },
  ampere: { kernelModules: "either", minimumBranch: 470 },
  hopper: { kernelModules: "either", minimumBranch: 525 },
  ada: { kernelModules: "either", minimumBranch: 525 },
  blackwell: { kernelModules: "open", minimumBranch: 570 },
};

/**
 * NVSwitches on the bus by PCI device id: A100's and H100's (also on H200 boards). A board with one computes
 * nothing until the Fabric Manager has set it up.
 */
const nvSwitches: ReadonlySet<string> = new Set(["1ac1", "1ac2", "1af1", "22a3"]);

/** HGX boards of Blackwell, whose switches are not on the hosts' bus: B200 and B300. */
const switchedBoards: ReadonlySet<string> = new Set(["2901", "2909", "3182"]);

/** Whether devices with these PCI ids need the Fabric Manager. */
export function needsFabricManager(deviceIds: readonly string[]): boolean {
  return deviceIds.some((id) => nvSwitches.has(id) || switchedBoards.has(id));
}
