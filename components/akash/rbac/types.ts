/** Verbs that upstream's calls need. There is no `*`, and neither `bind`, `escalate` nor `impersonate`. */
export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

/** ServiceAccounts of provider and operators. */
export type Subject =
  | "akash-provider"
  | "operator-hostname"
  | "operator-inventory"
  | "operator-inventory-hardware-discovery"
  | "operator-ip";

/** What decides which rules a site needs. */
export interface RbacOptions {
  readonly ingressMode: "gateway" | "classic";
  /** Leases may use images of private registries: the provider keeps their credentials in Secrets. */
  readonly registryCredentials: boolean;
  /** Leases may ask for a trusted execution environment. */
  readonly attestation: boolean;
  /** The cluster's storage is Rook Ceph, in this namespace. */
  readonly cephNamespace?: string;
}

/** One permission and the upstream calls that need it. */
export interface Rule {
  /** API group, empty for the core. */
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly Verb[];
  /** Only these objects; for verbs that name one. */
  readonly names?: readonly string[];
  /** Only in this namespace. Without it, in all: leases' namespaces are made at run time. */
  readonly namespace?: string;
  /** Files of the provider module, at the pinned version, that make the calls. */
  readonly source: string;
  /** Whether the site needs it; default always. */
  readonly when?: (options: RbacOptions) => boolean;
}
