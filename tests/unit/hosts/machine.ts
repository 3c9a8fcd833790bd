import type { HostFacts } from "../../../components/hosts/facts/types.ts";
import type { InspectedHost } from "../../../components/hosts/preflight/types.ts";

/** What `scripts/facts.sh` prints, from the texts of its sections. */
export function sectionsText(sections: Readonly<Record<string, string>>): string {
  return Object.entries(sections)
    .map(([name, text]) => `\x1e${name}\x1f${text}`)
    .join("");
}

const GIB = 2 ** 30;

/** A machine with nothing wrong with it: an Ubuntu server that can be a whole site. */
export const goodFacts: HostFacts = {
  hostname: "gpu-1",
  bootId: "7f0c5c5e-0000-4000-8000-000000000001",
  os: { id: "ubuntu", version: "24.04", codename: "noble", name: "Ubuntu 24.04.3 LTS" },
  kernel: {
    release: "6.8.0-60-generic",
    architecture: "x86_64",
    flavour: "generic",
    newest: "6.8.0-60-generic",
  },
  cpu: { threads: 32, model: "AMD EPYC", vendor: "amd" },
  memoryBytes: 128 * GIB,
  swap: { bytes: 0, devices: [] },
  addresses: ["203.0.113.10"],
  disks: [],
  space: [{ mount: "/", bytes: 1e12, free: 9e11 }],
  pci: [],
  clock: { synchronized: true, service: "systemd-timesyncd", aheadSeconds: 0.2 },
  listeners: [{ protocol: "tcp", address: "0.0.0.0", port: 22, process: "sshd" }],
  firewall: { kind: "none", refuses: false },
  firmware: "efi",
  secureBoot: false,
  virtualization: "none",
  docker: { active: false, containers: [], nvidiaRuntime: false },
  cgroup: "v2",
  nvidia: { packages: [], nouveau: false },
  toolkit: { containerd: [], cdi: [] },
  k3s: { active: false, ours: false, data: false, traefik: false },
  reboot: { pending: false, packages: [] },
  unattendedUpgrades: true,
};

/** That machine as preflight sees it, with other facts where they are given. */
export function machineWith(
  facts: Partial<HostFacts> = {},
  host: Partial<InspectedHost> = {},
): InspectedHost {
  return { name: "root@203.0.113.10", role: "both", gpu: true, ...host, facts: { ...goodFacts, ...facts } };
}
