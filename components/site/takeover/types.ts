/** An object of the cluster, reduced to what decides about it; a Secret's data is never in it. */
export interface ExistingObject {
  readonly kind: string;
  /** API path of the object. */
  readonly path: string;
  readonly namespace?: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of a Deployment or StatefulSet. */
  readonly workload?: {
    readonly matchLabels: Readonly<Record<string, string>>;
    readonly role: AkashRole | undefined;
    /** Name of the ServiceAccount. */
    readonly account: string;
    readonly key: SigningKey;
  };
  /** Of a ClusterRoleBinding. */
  readonly binding?: {
    readonly role: string;
    readonly subjects: readonly {
      readonly kind: string;
      readonly namespace?: string;
      readonly name: string;
    }[];
  };
  /** Of a StorageClass: the fields that cannot be changed. */
  readonly storage?: Readonly<Record<string, unknown>>;
  /** Of a Gateway: names of its listeners. */
  readonly listeners?: readonly string[];
  /** Of a PersistentVolumeClaim: name of its class. */
  readonly storageClass?: string;
}

/** What a workload of the network does. */
export type AkashRole = "provider" | "hostname" | "inventory" | "ip";

/** A pod that runs the provider's program, and the workload it belongs to. */
export interface ExistingPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly role: AkashRole;
  /** Declared by this program, and not by somebody before it. */
  readonly ours: boolean;
  /** The workload it belongs to; the pod itself where it belongs to none. */
  readonly controller: { readonly kind: string; readonly name: string };
  readonly key: SigningKey;
}

/** What is known of the key that a provider signs with. */
export interface SigningKey {
  /** An address, or a name in its keyring; undefined when it cannot be told. */
  readonly from: string | undefined;
  /** ConfigMaps it takes variables from. */
  readonly configMaps: readonly string[];
}

/** A provider that runs on this machine outside the cluster. */
export interface HostProcess {
  readonly pid: number;
  /** As in `SigningKey`. */
  readonly from: string | undefined;
}

/** What is in a cluster of an earlier set-up. */
export interface ExistingSite {
  /** Objects in the services' namespace and cluster-wide ones that may concern the site, ours among them. */
  readonly objects: readonly ExistingObject[];
  readonly pods: readonly ExistingPod[];
  readonly processes: readonly HostProcess[];
  /** Number of leases' namespaces. */
  readonly leases: number;
  /** Number of custom resources by plural name. */
  readonly customResources: Readonly<Record<string, number>>;
}

/**
 * Parts of a site that not every one has: leased IP addresses, the Gateway, settings of its controller, the class and
 * namespace of an ingress controller, the RuntimeClass for GPUs.
 */
export type SitePart = "ipLeases" | "gateway" | "gatewayPolicies" | "classic" | "runtimeClass";

/** What the decision depends on besides the cluster. */
export interface TakeoverContext {
  /** Address of the site's wallet. */
  readonly owner: string;
  /** The immutable fields of the storage classes that the site declares, by name. */
  readonly storageClasses: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Parts that the site declares besides what every site does. Default: none. */
  readonly parts?: readonly SitePart[];
  /** What the chain has of this owner. */
  readonly onChain?: { readonly hostUri: string | undefined; readonly validCertificates: number };
}

/**
 * - `keep`: not touched;
 * - `adopt`: changed in place to what is declared;
 * - `replace`: deleted before, made anew by, the update, as a part of it cannot be changed in place;
 * - `remove`: deleted once the new provider is ready.
 */
export type TakeoverAction = "keep" | "adopt" | "replace" | "remove";

export interface TakeoverItem {
  readonly action: TakeoverAction;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly reason: string;
  /** What it means for running leases; empty when nothing. */
  readonly leases: string;
  /** API path, for what is deleted. */
  readonly path?: string;
  /** For a listener of a Gateway, its name: `path` is that of the Gateway, which stays. */
  readonly listener?: string;
  /** What happens to the pods of a replaced workload: they go on until the new one rolls them, or end at once. */
  readonly pods?: "Orphan" | "Background";
}

/** Somebody else signs with the site's wallet. */
export interface TakeoverBlocker {
  /** Where it runs, for example `Deployment akash/provider`. */
  readonly place: string;
  readonly problem: string;
  readonly remedy: string;
}

export interface TakeoverPlan {
  readonly items: readonly TakeoverItem[];
  readonly blockers: readonly TakeoverBlocker[];
}
