import { isDeepStrictEqual } from "node:util";
import type { HostAddress } from "../hosts/types.ts";
import type { Datastore, NodeRole } from "./binary.ts";
import type { K3sConfig } from "./config.ts";
import type { ComponentConfig } from "./kubernetesConfig.ts";
import type { Registries } from "./types.ts";

/** When and how a server saves the cluster's data. */
export interface NodeSnapshots {
  /** As systemd writes times. */
  readonly at: string;
  readonly keep: number;
  /** File with the key on this machine; the server has its public half. */
  readonly keyFile: string;
}

/**
 * One node as it is declared, and as it is observed: each field can differ by itself, and no field is a secret.
 */
export interface NodeInputs {
  readonly site: string;
  /** Name of the Node object. */
  readonly node: string;
  readonly address: HostAddress;
  readonly role: NodeRole;
  /** Server that gives the tokens and through which the node joins; absent on the first server. */
  readonly first?: HostAddress;
  /** URL of the API server as this machine reaches it. */
  readonly api: string;
  readonly version: string;
  /** Of servers. */
  readonly datastore?: Datastore;
  readonly dataDir: string;
  /** `config.yaml`. */
  readonly config: K3sConfig;
  readonly registries: Registries;
  readonly kubelet: ComponentConfig;
  /** Of servers that pack GPUs. */
  readonly scheduler?: ComponentConfig;
  /** Text of the systemd unit. */
  readonly unit: string;
  /**
   * `active`; observed otherwise what systemd says, `restart pending` when it runs with settings from before a change,
   * or `unreachable`.
   */
  readonly service: string;
  /** Whether the unit starts with the machine. */
  readonly enabled: boolean;
  /** Whether the cluster counts the node as ready. */
  readonly ready: boolean;
  /** Labels that are declared; others are left alone. */
  readonly labels: Readonly<Record<string, string>>;
  /** Taints that are declared; others are left alone. */
  readonly taints: readonly string[];
  /** Objects that the servers apply by themselves: text by file name. */
  readonly manifests: Readonly<Record<string, string>>;
  /** Of servers. */
  readonly snapshots?: NodeSnapshots;
  readonly tokenGeneration: number;
  /** Folder with releases; not observed. */
  readonly mirror?: string;
  /** Whether K3s's images are sent too; not observed. */
  readonly airGap: boolean;
}

/** What the service is observed as when a change has not been read yet. */
export const RESTART_PENDING = "restart pending";

/** What the service is observed as when the machine does not answer. */
export const UNREACHABLE = "unreachable";

/** Fields in which a node may differ from its declaration; what is not in here is how to get there. */
export const OBSERVED_FIELDS = [
  "version",
  "datastore",
  "config",
  "registries",
  "kubelet",
  "scheduler",
  "unit",
  "service",
  "enabled",
  "ready",
  "labels",
  "taints",
  "manifests",
  "snapshots",
  "tokenGeneration",
] as const satisfies readonly (keyof NodeInputs)[];

/** Fields that say how a node is reached. */
export const ACCESS_FIELDS = ["address", "first", "api"] as const satisfies readonly (keyof NodeInputs)[];

/** Fields whose change makes it another node: the old one is removed first. */
export const IDENTITY_FIELDS = [
  "site",
  "node",
  "role",
  "dataDir",
] as const satisfies readonly (keyof NodeInputs)[];

/** Whether nothing is to be done but to bring the machine back, which nobody can from here. */
export function isMerelyUnreachable(before: NodeInputs, after: NodeInputs): boolean {
  const fields = [...OBSERVED_FIELDS, ...ACCESS_FIELDS].filter(
    (field) => !isDeepStrictEqual(before[field], after[field]),
  );
  return before.service === UNREACHABLE && fields.every((field) => field === "service" || field === "ready");
}

/** Identity of the resource. */
export function idOf({ site, node }: Pick<NodeInputs, "site" | "node">): string {
  return `${site}/${node}`;
}
