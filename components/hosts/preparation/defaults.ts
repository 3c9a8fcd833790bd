import type { Firewall, Preparation } from "./types.ts";

/** Ports that tenants reach: web, the provider, and what leases open. */
const PUBLIC_PORTS = ["80/tcp", "443/tcp", "8443/tcp", "8444/tcp", "30000-32767/tcp", "30000-32767/udp"];

/** etcd, API server, kubelet, flannel (VXLAN, WireGuard), Calico (BGP, VXLAN, Typha) and MetalLB (memberlist). */
const NODE_PORTS = [
  "179/tcp",
  "2379-2380/tcp",
  "4789/udp",
  "5473/tcp",
  "6443/tcp",
  "7946/tcp",
  "7946/udp",
  "8472/udp",
  "10250/tcp",
  "51820-51821/udp",
];

/** What pods may reach on a machine: the API server and the kubelet. */
export const POD_PORTS = ["6443/tcp", "10250/tcp"];

/**
 * Settings that the kubelet expects, and room for many watchers: every pod takes some inotify instances, and the
 * standard 128 are gone after a few dozen leases.
 */
const SYSCTL: Readonly<Record<string, string>> = {
  "fs.inotify.max_user_instances": "8192",
  "fs.inotify.max_user_watches": "1048576",
  "kernel.keys.root_maxbytes": "25000000",
  "kernel.keys.root_maxkeys": "1000000",
  "kernel.panic": "10",
  "kernel.panic_on_oops": "1",
  "net.ipv4.ip_forward": "1",
  "vm.overcommit_memory": "1",
  "vm.panic_on_oom": "0",
};

/** Driver, CUDA and kernel, by the beginning of their packages' names. */
const HELD = [
  "cuda-",
  "libcuda",
  "libnvidia-",
  "linux-generic",
  "linux-headers-",
  "linux-image-",
  "linux-modules-",
  "nvidia-",
];

/** What may be declared; the rest are the defaults above. */
export interface PreparationOptions {
  /** Packages beyond those that the site needs. Default: none. */
  readonly packages?: readonly string[];
  /** Kernel settings beyond those that the site needs, or other values for them. Default: none. */
  readonly sysctl?: Readonly<Record<string, string>>;
  /** Leave swap as it is. Default: false, it is turned off. */
  readonly keepSwap?: boolean;
  /** Most that the journal takes on disk. Default: `1G`. */
  readonly journalLimit?: string;
  /** Whether the machine's NVIDIA cards are used. Default: false. */
  readonly gpu?: boolean;
  /** Whom the machine's firewall lets in beyond the site's own ports; `false` leaves it to somebody else. Default: nobody. */
  readonly firewall?: FirewallOptions | false;
  /** Logins by key only. Default: false. */
  readonly hardenSsh?: boolean;
}

export interface FirewallOptions {
  /** Further ports that everybody reaches, for example `51820/udp`. Default: none. */
  readonly alsoOpen?: readonly string[];
  /** Addresses and networks that reach SSH and the API server. Default: everybody. */
  readonly operators?: readonly string[];
  /** Addresses of the site's machines. Default: none. */
  readonly nodes?: readonly string[];
  /** Networks of pods and services. Default: K3s's own, `10.42.0.0/16` and `10.43.0.0/16`. */
  readonly podNetworks?: readonly string[];
  /** The machine's SSH port. Default: 22. */
  readonly sshPort?: number;
}

/** The whole preparation, in one form whatever the order in which it was declared. */
export function preparationOf(options: PreparationOptions = {}): Preparation {
  const {
    packages = [],
    sysctl = {},
    keepSwap = false,
    journalLimit = "1G",
    gpu = false,
    hardenSsh = false,
  } = options;
  const firewall = firewallOf(options.firewall ?? {});
  const needed = ["ca-certificates", "curl", "pciutils", ...(firewall.state === "on" ? ["nftables"] : [])];
  return {
    packages: sorted([...needed, ...packages]),
    sysctl: Object.fromEntries(Object.entries({ ...SYSCTL, ...sysctl }).sort(([a], [b]) => (a < b ? -1 : 1))),
    swap: keepSwap ? "kept" : "off",
    clock: "kept by a service",
    journalLimit,
    heldFromUpgrades: HELD,
    nouveau: gpu ? "off" : "unmanaged",
    firewall,
    ssh: hardenSsh ? "hardened" : "unmanaged",
  };
}

/** @param options false: somebody else sees to it */
function firewallOf(options: FirewallOptions | false): Firewall {
  if (options === false) {
    const none = { open: [], operatorPorts: [], operators: [], nodePorts: [], nodes: [], podNetworks: [] };
    return { state: "unmanaged", ...none };
  }
  const { alsoOpen = [], operators = [], nodes = [], sshPort = 22 } = options;
  const { podNetworks = ["10.42.0.0/16", "10.43.0.0/16"] } = options;
  return {
    state: "on",
    open: [...new Set([...PUBLIC_PORTS, ...alsoOpen])],
    operatorPorts: [`${sshPort}/tcp`, "6443/tcp"],
    operators: sorted(operators),
    nodePorts: NODE_PORTS,
    nodes: sorted(nodes),
    podNetworks: sorted(podNetworks),
  };
}

function sorted(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
