import type { HostCheck, InspectedHost, Problem } from "./types.ts";

const GIB = 2 ** 30;
const GB = 1e9;

interface Size {
  readonly threads: number;
  readonly memoryGib: number;
  readonly diskGb: number;
}

/** Below this K3s does not run well: docs.k3s.io/installation/requirements. */
const TECHNICAL: Readonly<Record<InspectedHost["role"], Size>> = {
  server: { threads: 2, memoryGib: 2, diskGb: 10 },
  agent: { threads: 1, memoryGib: 1, diskGb: 10 },
  both: { threads: 2, memoryGib: 2, diskGb: 10 },
};

/** What Akash asks of a provider's machines: akash.network/docs/providers/getting-started/hardware-requirements. */
const PLAIN: Readonly<Record<InspectedHost["role"], Size>> = {
  server: { threads: 2, memoryGib: 4, diskGb: 30 },
  agent: { threads: 4, memoryGib: 8, diskGb: 100 },
  both: { threads: 8, memoryGib: 16, diskGb: 150 },
};

/**
 * What the auditors ask of all machines together: akash.network/docs/providers/operations/provider-audit. They ask
 * for 500 Mbit/s up and down too, which no machine can tell of itself.
 */
const AUDIT = { threads: 64, memoryGib: 128 };

/** Firmware and kernel keep some memory for themselves: 16 GiB of it show as 15 and a half. */
const MEMORY_SHARE = 0.92;
/** Free for the system's own growth, images and logs, before anything is installed. */
const LEAST_FREE_GB = 8;

export const checkSize: HostCheck = ({ facts, role }) => {
  const { threads } = facts.cpu;
  const memoryGib = facts.memoryBytes / GIB;
  const root = facts.space.find(({ mount }) => mount === "/");
  const below = (size: Size) => [
    ...(threads < size.threads ? [`${threads} CPU threads instead of ${size.threads}`] : []),
    ...(memoryGib < size.memoryGib * MEMORY_SHARE
      ? [`${memoryGib.toFixed(1)} GiB of memory instead of ${size.memoryGib}`]
      : []),
    ...(root !== undefined && root.bytes < size.diskGb * GB * MEMORY_SHARE
      ? [`${Math.round(root.bytes / GB)} GB of disk instead of ${size.diskGb}`]
      : []),
  ];
  const work = { server: "a server", agent: "an agent", both: "a machine that is the whole site" }[role];
  const technical = below(TECHNICAL[role]);
  if (technical.length > 0) {
    return [
      {
        severity: "error",
        problem: `It is too small for ${work}: ${technical.join(", ")}.`,
        remedy: "Use a larger machine.",
      },
    ];
  }
  const plain = below(PLAIN[role]);
  if (plain.length === 0) return [];
  return [
    {
      severity: "warning",
      problem: `It is smaller than Akash recommends for ${work}: ${plain.join(", ")}.`,
      remedy: "It will hold few leases; a larger machine earns more.",
    },
  ];
};

/**
 * Where the site's own K3s runs, its images have taken what was free: the kubelet begins to clear them away at 85 % of
 * the disk (`imageGCHighThresholdPercent`), which on a disk of 50 GB is less than this. No reason to refuse a run.
 */
export const checkFreeSpace: HostCheck = ({ facts }) =>
  facts.space
    .filter(({ free }) => free < LEAST_FREE_GB * GB)
    .map(({ mount, free }) => ({
      severity: facts.k3s.ours ? "warning" : "error",
      problem: `Only ${(free / GB).toFixed(1)} GB are free on ${mount}; images and logs need at least ${LEAST_FREE_GB}.`,
      remedy: "Free some space or enlarge the file system.",
    }));

/** Whether all machines together have what the auditors ask for. */
export function checkAuditSize(hosts: readonly InspectedHost[]): Problem[] {
  const workers = hosts.filter(({ role }) => role !== "server");
  const threads = workers.reduce((sum, { facts }) => sum + facts.cpu.threads, 0);
  const memoryGib = workers.reduce((sum, { facts }) => sum + facts.memoryBytes, 0) / GIB;
  const missing = [
    ...(threads < AUDIT.threads ? [`${threads} CPU threads instead of ${AUDIT.threads}`] : []),
    ...(memoryGib < AUDIT.memoryGib * MEMORY_SHARE
      ? [`${Math.floor(memoryGib)} GiB of memory instead of ${AUDIT.memoryGib}`]
      : []),
  ];
  if (missing.length === 0) return [];
  return [
    {
      severity: "error",
      problem: `The machines that run leases are too small together to pass the audit: ${missing.join(", ")}.`,
      remedy:
        "Add machines, or run the site without an audit (akash.network/docs/providers/operations/provider-audit; smaller GPU sites join Akash Homenode).",
    },
  ];
}
