import type { HostCheck } from "./types.ts";

/** The oldest release of each system that is supported; K3s and NVIDIA package for these. */
const OLDEST: Readonly<Record<string, number>> = { ubuntu: 22.04, debian: 12 };
const NAMES: Readonly<Record<string, string>> = { ubuntu: "Ubuntu", debian: "Debian" };

export const checkSystem: HostCheck = ({ facts: { os, kernel } }) => {
  const oldest = OLDEST[os.id];
  const remedy = "Install Ubuntu 24.04 LTS Server, which Akash supports, or Debian 12 or newer.";
  if (oldest === undefined) return [{ severity: "error", problem: `${os.name} is not supported.`, remedy }];
  if (!(Number.parseFloat(os.version) >= oldest)) {
    const problem = `${os.name} is too old: ${NAMES[os.id]} ${oldest} is the oldest that is supported.`;
    return [{ severity: "error", problem, remedy }];
  }
  if (kernel.architecture !== "x86_64") {
    const problem = `Its processor is ${kernel.architecture}; Akash providers run on x86_64 only.`;
    return [{ severity: "error", problem, remedy: "Use an x86_64 machine." }];
  }
  return [];
};

/** Kernel flavours for which distributions have no headers or no graphics, so that no driver can be built or loaded. */
const NO_DRIVER: Readonly<Record<string, string>> = {
  oem: "OEM kernels change under the driver and miss its prebuilt modules",
  "cloud-amd64": "cloud kernels leave graphics out",
  kvm: "KVM kernels leave graphics out",
  virtual: "virtual kernels leave graphics out",
};

export const checkKernel: HostCheck = ({ facts: { kernel, os, nvidia }, gpu }) => {
  const reason = NO_DRIVER[kernel.flavour];
  if (!gpu || reason === undefined || nvidia.loaded !== undefined) return [];
  const name = os.id === "debian" ? "linux-image-amd64" : "linux-generic";
  return [
    {
      severity: "error",
      problem: `It runs the ${kernel.flavour} kernel ${kernel.release}: ${reason}.`,
      remedy: `Install ${name}, remove the ${kernel.flavour} kernel, and restart the machine.`,
    },
  ];
};

export const checkSecureBoot: HostCheck = ({ facts: { secureBoot, nvidia }, gpu }) =>
  gpu && secureBoot && nvidia.loaded === undefined
    ? [
        {
          severity: "error",
          problem:
            "Secure Boot is on and no NVIDIA driver is loaded; one that is built on the machine would be refused.",
          remedy:
            "Turn Secure Boot off in the firmware, or install and load a signed driver first: it is then adopted.",
        },
      ]
    : [];

/** Up to Kubernetes 1.34 the kubelet starts with version 1; from 1.35 on it refuses (`failCgroupV1`). */
export const checkCgroup: HostCheck = ({ facts: { cgroup } }) =>
  cgroup === "v2"
    ? []
    : [
        {
          severity: "warning",
          problem: "It uses control groups of version 1, with which Kubernetes 1.35 and later do not start.",
          remedy:
            "Remove `systemd.unified_cgroup_hierarchy=0` from the kernel's command line and restart the machine.",
        },
      ];

const MOST_CLOCK_SECONDS = 60;

export const checkClock: HostCheck = ({ facts: { clock } }) => {
  const off = Math.round(Math.abs(clock.aheadSeconds));
  if (off <= MOST_CLOCK_SECONDS) return [];
  const way = clock.aheadSeconds > 0 ? "ahead of" : "behind";
  return [
    {
      severity: "error",
      problem: `Its clock is ${off} s ${way} this machine's; certificates and packages would be refused.`,
      remedy: "Set it with `timedatectl set-ntp true`, or `date -s` where it has no internet.",
    },
  ];
};

const UNFIT = new Set(["openvz", "docker", "podman", "wsl", "lxc-libvirt", "rkt"]);

export const checkVirtualization: HostCheck = ({ facts: { virtualization } }) => {
  if (UNFIT.has(virtualization)) {
    const problem = `It is a ${virtualization} container, in which no cluster node can run.`;
    return [{ severity: "error", problem, remedy: "Use the machine itself or a virtual machine." }];
  }
  if (virtualization !== "lxc") return [];
  const problem =
    "It is an LXC container, in which Kubernetes needs settings that only its machine can make.";
  return [{ severity: "warning", problem, remedy: "Use the machine itself or a virtual machine." }];
};

export const checkRestart: HostCheck = ({ facts: { reboot } }) =>
  reboot.pending
    ? [
        {
          severity: "warning",
          problem: `A restart is due${reboot.packages.length > 0 ? ` (${reboot.packages.join(", ")})` : ""}.`,
          remedy: "Restart it before leases run on it.",
        },
      ]
    : [];
