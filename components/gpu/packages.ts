import type { DriverFacts } from "./driverFacts.ts";
import { GpuDriverRefused } from "./errors.ts";

/** A package source for apt whose key is known by its fingerprint. */
export interface AptRepository {
  /** Names its files: `/etc/apt/sources.list.d/<name>.sources`, `/etc/apt/keyrings/<name>.asc`. */
  readonly name: string;
  readonly uri: string;
  /** `/`: both repositories are flat. */
  readonly suite: "/";
  readonly keyUrl: string;
  /** How the key's fingerprint ends: all 40 digits where its publisher's full one is known. */
  readonly fingerprint: string;
}

/** NVIDIA's container toolkit, for every distribution. */
export const toolkitRepository: AptRepository = {
  name: "nvidia-container-toolkit",
  // apt puts the machine's architecture in.
  uri: "https://nvidia.github.io/libnvidia-container/stable/deb/$(ARCH)",
  suite: "/",
  keyUrl: "https://nvidia.github.io/libnvidia-container/gpgkey",
  fingerprint: "C95B321B61E88C1809C4F759DDCAE044F796ECB0",
};

/** Debian carries no branch that runs Blackwell; NVIDIA's own repository does. */
const debianKeys: Readonly<Record<string, { readonly file: string; readonly fingerprint: string }>> = {
  "12": { file: "3bf863cc.pub", fingerprint: "EB693B3035CD5710E231E123A4B469963BF863CC" },
  // The repository for Debian 13 has a newer key, of which NVIDIA publishes the short id in its file's name.
  "13": { file: "8793F200.pub", fingerprint: "8793F200" },
};

const ubuntuReleases: ReadonlySet<string> = new Set(["22.04", "24.04"]);

interface Packages {
  readonly driver: readonly string[];
  readonly fabricManager: string;
  readonly repositories: readonly AptRepository[];
}

interface Wanted {
  readonly action: "adopt" | "install";
  readonly branch: number;
  readonly kernelModules: "open" | "proprietary";
  readonly fabricManager: boolean;
}

type Machine = Pick<DriverFacts, "architecture" | "kernel" | "osId" | "osVersion" | "secureBoot" | "toolkit">;

/** What the toolkit is fetched from; nothing for one that is there, whoever installed it. */
function toolkitSource({ toolkit }: Pick<Machine, "toolkit">): AptRepository[] {
  return toolkit === "" ? [toolkitRepository] : [];
}

/**
 * The packages that install a driver without a desktop.
 *
 * Ubuntu's own archive holds driver and Fabric Manager of one version, and modules signed for Secure Boot (package
 * sets `nvidia-headless-*-server*`, `linux-modules-nvidia-*`). For Debian they come from NVIDIA's repository
 * (Driver Installation Guide, "Debian", compute-only).
 *
 * @throws GpuDriverRefused on another distribution, unless a driver is adopted
 */
export function driverPackages(machine: string, facts: Machine, wanted: Wanted): Packages {
  if (facts.osId === "ubuntu" && ubuntuReleases.has(facts.osVersion)) return ubuntu(facts, wanted);
  const key = debianKeys[facts.osVersion];
  if (facts.osId === "debian" && key !== undefined) return debian(machine, facts, wanted, key);
  if (wanted.action === "adopt") {
    return { driver: [], fabricManager: "", repositories: toolkitSource(facts) };
  }
  throw new GpuDriverRefused(
    `${machine} runs ${facts.osId} ${facts.osVersion}, for which no driver packages are known here (Ubuntu 22.04 and 24.04, Debian 12 and 13). Install the NVIDIA driver by hand: it is then adopted.`,
  );
}

function ubuntu({ kernel, secureBoot, toolkit }: Machine, { branch, kernelModules }: Wanted): Packages {
  const flavour = kernelModules === "open" ? "server-open" : "server";
  // Modules built on the machine are not signed by a key that Secure Boot knows; Ubuntu's prebuilt ones are.
  const modules = secureBoot
    ? [`nvidia-headless-no-dkms-${branch}-${flavour}`, `linux-modules-nvidia-${branch}-${flavour}-${kernel}`]
    : [`linux-headers-${kernel}`, `nvidia-headless-${branch}-${flavour}`];
  return {
    driver: [...modules, `nvidia-utils-${branch}-server`],
    fabricManager: `nvidia-fabricmanager-${branch}`,
    repositories: toolkitSource({ toolkit }),
  };
}

function debian(
  machine: string,
  { architecture, kernel, osVersion, secureBoot, toolkit }: Machine,
  { action, branch, kernelModules, fabricManager }: Wanted,
  key: { readonly file: string; readonly fingerprint: string },
): Packages {
  if (secureBoot && action === "install") {
    throw new GpuDriverRefused(
      `${machine} starts with Secure Boot, which would refuse a driver built on the machine. Turn Secure Boot off in its firmware, or enrol a key with mokutil and install the driver by hand: it is then adopted.`,
    );
  }
  const uri = `https://developer.download.nvidia.com/compute/cuda/repos/debian${osVersion}/${architecture === "arm64" ? "sbsa" : "x86_64"}`;
  const nvidia: AptRepository = {
    name: "nvidia-cuda",
    uri,
    suite: "/",
    keyUrl: `${uri}/${key.file}`,
    fingerprint: key.fingerprint,
  };
  return {
    driver: [
      `nvidia-driver-pinning-${branch}`,
      `linux-headers-${kernel}`,
      kernelModules === "open" ? "nvidia-kernel-open-dkms" : "nvidia-kernel-dkms",
      "nvidia-driver-cuda",
    ],
    fabricManager: "nvidia-fabricmanager",
    repositories: [...(action === "install" || fabricManager ? [nvidia] : []), ...toolkitSource({ toolkit })],
  };
}
