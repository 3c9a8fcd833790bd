import type { HostCheck, InspectedHost } from "./types.ts";

/** What to do about a machine of another site. */
export const releaseMachine =
  "Take it out of that site's `nodes` first; if that site is gone for good, delete /etc/pulumi-akash/site on the machine.";

const INGRESS = [80, 443, 8443, 8444];
const SERVER = [2379, 2380, 6443];
const NODE = [10250];

/** Ports that the site needs and something else holds. */
export const checkPorts: HostCheck = ({ facts, role }, { sharedPorts = [] }) => {
  // Those of a cluster that is ours already are the site's own.
  if (facts.k3s.ours) return [];
  const needed = [...INGRESS, ...NODE, ...(role === "agent" ? [] : SERVER)].filter(
    (port) => !sharedPorts.includes(port),
  );
  const holders = new Map<string, Set<number>>();
  for (const { protocol, port, process, address } of facts.listeners) {
    if (protocol !== "tcp" || !needed.includes(port) || isLoopback(address)) continue;
    const name = process ?? "an unknown program";
    holders.set(name, (holders.get(name) ?? new Set()).add(port));
  }
  return [...holders].map(([name, ports]) => {
    const list = [...ports].sort((a, b) => a - b);
    return {
      severity: "error",
      problem: `${name} holds ${list.length > 1 ? "ports" : "port"} ${list.join(", ")}, which the site needs.`,
      remedy: `Stop it or give it other ports: \`ss -ltnp 'sport = :${list[0]}'\` shows it.`,
    };
  });
};

const isLoopback = (address: string): boolean => address === "::1" || address.startsWith("127.");

/** A cluster that this site did not set up. The program alone is none: an installation may have been cut off. */
export const checkForeignCluster: HostCheck = ({ facts: { k3s } }, { site }) => {
  if (site !== undefined && k3s.site !== undefined && k3s.site !== site) {
    return [
      {
        severity: "error",
        problem: `It is a machine of the site ${k3s.site}, not of ${site}.`,
        remedy: releaseMachine,
      },
    ];
  }
  if (k3s.version === undefined || k3s.ours || (k3s.role === undefined && !k3s.data)) return [];
  const traefik = k3s.traefik ? ", whose Traefik holds ports 80 and 443" : "";
  return [
    {
      severity: "error",
      problem: `K3s ${k3s.version} is there already and was not set up by this site${traefik}.`,
      remedy:
        "To use that cluster, name its kubeconfig in `cluster` instead of `nodes`. To start afresh, run `k3s-uninstall.sh` there: it deletes that cluster and its data.",
    },
  ];
};

export const checkFirewall: HostCheck = ({ facts: { firewall } }, { firewall: ours = true }) => {
  if (!ours || !firewall.refuses || firewall.kind === "ufw") return [];
  const name = firewall.kind === "firewalld" ? "firewalld" : `its ${firewall.kind} rules`;
  return [
    {
      severity: "error",
      problem: `A firewall of its own (${name}) refuses connections, and ours cannot open what another one closes.`,
      remedy: "Turn it off, or open the site's ports in it and set `firewall: false` for this machine.",
    },
  ];
};

export const checkDocker: HostCheck = ({ facts: { docker, toolkit }, gpu }) => [
  ...(docker.containers.length > 0
    ? [
        {
          severity: "warning" as const,
          problem: `Docker runs ${docker.containers.length} ${docker.containers.length > 1 ? "containers" : "container"} there (${docker.containers.slice(0, 3).join(", ")}), unseen by the cluster: what they use is offered to leases all the same.`,
          remedy: "Move them into the cluster or to another machine.",
        },
      ]
    : []),
  ...(gpu && toolkit.version !== undefined && docker.nvidiaRuntime && toolkit.containerd.length === 0
    ? [
        {
          severity: "warning" as const,
          problem: "NVIDIA's container toolkit is set up for Docker only; Kubernetes would see no GPU.",
          remedy: "Nothing to do: it is set up for K3s too.",
        },
      ]
    : []),
];

export const checkDesktop: HostCheck = (host) => {
  const { desktop } = host.facts;
  if (!host.gpu || desktop === undefined) return [];
  const remedy = "Turn it off with `systemctl set-default multi-user.target` and restart the machine.";
  if (drawsElsewhere(host)) {
    return [
      { severity: "warning", problem: `A desktop (${desktop}) runs there; it may take GPU memory.`, remedy },
    ];
  }
  const problem = `A desktop (${desktop}) runs on the GPU that is to be leased.`;
  return [{ severity: "error", problem, remedy }];
};

/** Whether the screen is on graphics that are not leased. */
function drawsElsewhere({ facts }: InspectedHost): boolean {
  return facts.pci.some(({ bootDisplay, vendor }) => bootDisplay && vendor !== "10de");
}
