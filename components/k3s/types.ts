import type { HostAddress } from "../hosts/types.ts";
import type { NodeRole } from "./binary.ts";

/** A registry that images are taken from instead of the named one. */
export interface RegistryMirror {
  /** Addresses that are tried in order, for example `https://registry.lan:5000`. */
  readonly endpoints: readonly string[];
  /** Path rewrites by regular expression. Default: none. */
  readonly rewrite?: Readonly<Record<string, string>>;
}

/** How one registry is logged in to. */
export interface RegistryLogin {
  readonly username: string;
  /** Name of the environment variable that holds the password when a node is set up. */
  readonly passwordEnv: string;
}

export interface Registries {
  /** Mirrors by the registry they stand for; `*` is every registry. Default: none. */
  readonly mirrors?: Readonly<Record<string, RegistryMirror>>;
  /** Logins by registry host. Default: none. */
  readonly logins?: Readonly<Record<string, RegistryLogin>>;
}

/** How the cluster's data is saved. */
export interface SnapshotOptions {
  /** When, as systemd writes times (`OnCalendar=`). Default: `*-*-* 03:15:00`, every night. */
  readonly at?: string;
  /** How many a server keeps. Default: 14. */
  readonly keep?: number;
  /**
   * File with the key that opens snapshots, made at first use; keep a copy of it elsewhere. Servers only get its
   * public half. Default: `<state>/<site>/snapshots.pem`.
   */
  readonly keyFile?: string;
}

/** What is the same on every node. */
export interface K3sOptions {
  /** Release, for example `v1.34.3+k3s1`. Default: the pinned one. */
  readonly version?: string;
  /** Network of the pods; both enforce the network policies that leases rely on. Default: `flannel`. */
  readonly cni?: "flannel" | "calico";
  /** How flannel connects nodes; `wireguard-native` encrypts. Default: `vxlan`. */
  readonly flannelBackend?: "vxlan" | "host-gw" | "wireguard-native";
  /** Addresses of pods. Default: `10.42.0.0/16`. */
  readonly podCidr?: string;
  /** Addresses of services. Default: `10.43.0.0/16`. */
  readonly serviceCidr?: string;
  /** Name or address under which all servers are reached, if there is one. Default: the first server's. */
  readonly apiAddress?: string;
  /** Further names and addresses for the API server's certificate. Default: none. */
  readonly tlsSans?: readonly string[];
  /** Folder of K3s's data and images. Default: `/var/lib/rancher/k3s`. */
  readonly dataDir?: string;
  /** Fill GPU nodes one after the other, so that whole nodes stay free. Default: true. */
  readonly packGpus?: boolean;
  /**
   * Seconds that pods of a node that does not answer are left where they are: long enough for a reboot, so that a
   * lease comes back in place. Default: 3600.
   */
  readonly evictionSeconds?: number;
  /** K3s's own local-path storage. Default: true. */
  readonly localStorage?: boolean;
  /** Mirrors and logins of registries that images come from. Default: none. */
  readonly registries?: Registries;
  /** When the cluster's data is saved, and how much of it is kept. Default: every night, 14 of each server. */
  readonly snapshots?: SnapshotOptions;
  /** Raise it by one to replace the tokens with which nodes join. Default: 1. */
  readonly tokenGeneration?: number;
  /** Folder with releases of K3s, sent to the machines. Default: they download them, else `PULUMI_AKASH_MIRROR`. */
  readonly mirror?: string;
  /** Machines have no internet: K3s's own images are sent too. Needs `mirror`. Default: false. */
  readonly airGap?: boolean;
}

/** One machine of the site. */
export interface K3sMachine {
  /** Name of the node. Default: from its address, see `nodeNameOf`. */
  readonly name?: string;
  readonly address: HostAddress;
  /** Default: `auto`. */
  readonly role?: "auto" | NodeRole;
  /** Whether it has a GPU. Default: false. */
  readonly gpu?: boolean;
  /** Address that other nodes reach it at. Default: what K3s finds. */
  readonly nodeIp?: string;
  /** Labels of the node. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Taints, `key=value:NoSchedule`. Default: none. */
  readonly taints?: readonly string[];
}
