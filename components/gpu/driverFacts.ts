import { z } from "zod";
import { type PciDevice, parseLspci } from "./bus.ts";

/** What `scripts/facts.sh` reads on a machine. Versions are "" where the thing is not there. */
export const driverFactsSchema = z.object({
  /** `ID` of /etc/os-release, for example `ubuntu`. */
  osId: z.string(),
  /** `VERSION_ID`, for example `24.04`. */
  osVersion: z.string(),
  /** Running kernel, `uname -r`. */
  kernel: z.string(),
  /** `amd64` or `arm64`, as dpkg says. */
  architecture: z.string(),
  secureBoot: z.boolean(),
  /** Lines of `lspci -Dnn` about devices of NVIDIA and AMD. */
  devices: z.array(z.string()),
  /** Version of the kernel module that is loaded. */
  loaded: z.string(),
  /** Version of the kernel module on disk, for the running kernel. */
  installed: z.string(),
  /** Flavour of the module that is loaded, else of the one on disk. */
  kernelModules: z.enum(["open", "proprietary", ""]),
  /** NVIDIA's own installer was used: packages cannot replace what it wrote. */
  runfile: z.boolean(),
  /** Version of nvidia-container-toolkit. */
  toolkit: z.string(),
  /** The toolkit gives containers what they were allocated, whatever `NVIDIA_VISIBLE_DEVICES` says in them. */
  allocatedOnly: z.boolean(),
  /** Docker's configuration names the NVIDIA runtime. */
  docker: z.boolean(),
  /** K3s's unit, `k3s` or `k3s-agent`; "" where K3s is not installed. */
  k3sUnit: z.string(),
  k3sActive: z.boolean(),
  /** K3s's containerd configuration names the NVIDIA runtime. */
  k3sRuntime: z.boolean(),
  /** A CDI specification of NVIDIA's is there. */
  cdi: z.boolean(),
  /** Version of the Fabric Manager. */
  fabricManager: z.string(),
  fabricManagerActive: z.boolean(),
});

/** State of the GPU software on one machine. */
export type DriverFacts = z.infer<typeof driverFactsSchema>;

/** The devices of the facts. */
export function devicesOf({ devices }: Pick<DriverFacts, "devices">): PciDevice[] {
  return parseLspci(devices.join("\n"));
}

/** `580.95.05` → 580; undefined for "". */
export function branchOf(version: string): number | undefined {
  const branch = Number.parseInt(version, 10);
  return Number.isNaN(branch) ? undefined : branch;
}

/** Another module is on disk than the one that runs, as after an upgrade. */
export function rebootPending({ loaded, installed }: Pick<DriverFacts, "installed" | "loaded">): boolean {
  return loaded !== "" && installed !== "" && loaded !== installed;
}
