import type { DriverChoice, DriverPlan } from "../gpu/driverPlan.ts";
import type { GpuIntent } from "../gpu/expected.ts";
import type { ExpectedGpus } from "../gpu/gate.ts";
import type { GpuProblem } from "../gpu/types.ts";
import type { HostFacts } from "../hosts/facts/types.ts";
import type { BastionAddress, HostAddress } from "../hosts/types.ts";
import type { RunningCluster } from "../k3s/planCluster.ts";
import type { K3sMachine, K3sOptions } from "../k3s/types.ts";
import type { ChosenDisk, DeclaredDisk } from "../storage/disks.ts";

/** One machine as a site declares it. */
export interface DeclaredNode extends BastionAddress {
  /** Name of the node. Default: made from `host`. */
  readonly name?: string;
  readonly bastion?: BastionAddress;
  readonly role: "auto" | "server" | "agent";
  readonly gpu: GpuIntent;
  readonly nodeIp?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly string[];
  readonly disks: readonly DeclaredDisk[];
  /** Whether the machine may be started anew while leases run on it. */
  readonly reboot: "allowed" | "refused";
  /** The operator's own commands before the machine is prepared, and after. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** What machines are brought to, besides what every node needs. */
export interface HostSettings {
  readonly firewall?:
    | false
    | { readonly operators?: readonly string[]; readonly alsoOpen?: readonly string[] };
  readonly hardenSsh: boolean;
  readonly keepSwap: boolean;
  readonly packages: readonly string[];
  /** Refuse machines too small for an audit. */
  readonly audit: boolean;
}

/** Machines of a site, with what they are to become. */
export interface NodesDeclaration {
  /** Name of the site. */
  readonly site: string;
  readonly nodes: readonly DeclaredNode[];
  readonly hosts: HostSettings;
  readonly k3s: K3sOptions;
  readonly driver: DriverChoice & { readonly by: "host" | "operator" | "none" };
}

/** A machine, its declaration completed. */
export interface SiteMachine {
  /** Name of the node. */
  readonly name: string;
  readonly address: HostAddress;
  readonly declared: DeclaredNode;
  /** As it is, or as it was when it last answered. */
  readonly facts: HostFacts;
  /** Why it does not answer; absent where it does. */
  readonly silent?: string;
  /** What its GPUs need; absent without GPUs, or where somebody else sees to their driver. */
  readonly driver?: DriverPlan;
}

/** What the machines are, read at the start of a run. Plain data. */
export interface ObservedNodes {
  readonly machines: readonly SiteMachine[];
  /** What K3s is told of them. */
  readonly k3sMachines: readonly K3sMachine[];
  /** The cluster that is there; absent before the first `up`. */
  readonly running?: RunningCluster;
  /** GPUs on the buses that are to be offered. */
  readonly expected: readonly ExpectedGpus[];
  /** GPUs that are not, by name. */
  readonly problems: readonly GpuProblem[];
  /** Newest CUDA version that every GPU machine's driver will support. */
  readonly cuda?: string;
  /** Disks that Ceph is given. */
  readonly disks: readonly ChosenDisk[];
}
