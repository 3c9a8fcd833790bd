/** What a machine is brought to before it joins a cluster. Each field can be read back from the machine. */
export interface Preparation {
  /** Packages that are installed. None is ever removed. */
  readonly packages: readonly string[];
  /** Kernel settings by name, in force and kept over a reboot. */
  readonly sysctl: Readonly<Record<string, string>>;
  /** `off`: the kubelet and leases cannot be held to their memory with it. */
  readonly swap: "off" | "kept";
  /** `kept by a service`: certificates and etcd need the right time. */
  readonly clock: "kept by a service" | "unmanaged";
  /** Most that the journal takes on disk, as journald writes sizes (`1G`); "" leaves it alone. */
  readonly journalLimit: string;
  /** Prefixes of packages that unattended upgrades leave alone: a new driver or kernel ends the leases on a GPU. */
  readonly heldFromUpgrades: readonly string[];
  /** `off`: the free driver must not take NVIDIA's cards. */
  readonly nouveau: "off" | "unmanaged";
  readonly firewall: Firewall;
  /** `hardened`: logins by key only. */
  readonly ssh: "hardened" | "unmanaged";
}

/** Which connections to the machine itself are let in. Ports are written `443/tcp` or `30000-32767/udp`. */
export interface Firewall {
  /** `on`: what is not named here is refused; `unmanaged`: somebody else sees to it. */
  readonly state: FirewallState;
  /** Ports that everybody reaches. */
  readonly open: readonly string[];
  /** Ports that only `operators` reach. */
  readonly operatorPorts: readonly string[];
  /** Addresses and networks of those who run the site; empty: everybody. */
  readonly operators: readonly string[];
  /** Ports that the site's machines open to each other. */
  readonly nodePorts: readonly string[];
  /** Addresses of the site's machines. */
  readonly nodes: readonly string[];
  /** Networks of pods and services: these reach the API server and the kubelet. */
  readonly podNetworks: readonly string[];
}

/** `off`, `edited` and `not kept` are what can be found, never what is wanted. */
export type FirewallState = "on" | "unmanaged" | "off" | "edited" | "not kept";

/** One thing that has to be done to a machine. */
export interface Step {
  readonly id: StepId;
  /** What it does, for a person: `install chrony, nftables`. */
  readonly words: string;
}

export type StepId =
  | "packages"
  | "clock"
  | "swap"
  | "sysctl"
  | "journal"
  | "upgrades"
  | "nouveau"
  | "firewall"
  | "ssh";

/** What `scripts/prepared.sh` prints. */
export interface RawPreparation {
  readonly installed: readonly string[];
  /** Settings in force. */
  readonly live: Readonly<Record<string, string>>;
  /** Text of our files by name; absent where there is none. */
  readonly files: Readonly<Record<string, string>>;
  /** Swap in use, and lines of /etc/fstab that bring it back. */
  readonly swap: readonly string[];
  /** Service that keeps the clock; "" where none does. */
  readonly clock: string;
  readonly firewall: {
    /** What is in force, as nft lists it; "" where our table is missing. */
    readonly live: string;
    /** The same when it was put in force. */
    readonly recorded: string;
    /** Whether it comes back after a reboot. */
    readonly kept: boolean;
    /** Rules in ufw as it shows them, whoever wrote them; absent where ufw is not active. */
    readonly ufw?: readonly string[] | undefined;
  };
}
