import type { Attribute } from "../chain/types.ts";

/** Classes of persistent storage as tenants name them: `beta1` HDD, `beta2` SSD, `beta3` NVMe. */
export type LeaseStorageName = "default" | "beta1" | "beta2" | "beta3";

/** One class of persistent storage offered to leases. */
export interface LeaseStorageClass {
  readonly name: LeaseStorageName;
  /** The CSI driver or provisioner behind it, for example `rancher.io/local-path`. */
  readonly provisioner: string;
  /** Parameters of the provisioner. Default: none. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** What happens to the data when a lease ends. Default: `Delete`. */
  readonly reclaimPolicy?: "Delete" | "Retain";
  /** When a volume is made. Default: `WaitForFirstConsumer`. */
  readonly volumeBindingMode?: "WaitForFirstConsumer" | "Immediate";
  /** Whether a volume may grow later. Default: what the provisioner's class says without it, no. */
  readonly allowVolumeExpansion?: boolean;
}

/** Whether the inventory operator counts a class of this provisioner (its rancher.go and ceph.go): others are never bid with. */
export function isCounted({ provisioner }: Pick<LeaseStorageClass, "provisioner">): boolean {
  return provisioner === "rancher.io/local-path" || provisioner.endsWith(".csi.ceph.com");
}

/** A StorageClass object, ready for the API server. */
export interface StorageClassObject {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly provisioner: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly reclaimPolicy: string;
  readonly volumeBindingMode: string;
  readonly allowVolumeExpansion?: boolean;
}

function sortedByName(classes: readonly LeaseStorageClass[]): LeaseStorageClass[] {
  const names = new Set<string>();
  for (const { name } of classes) {
    if (names.has(name)) throw new RangeError(`\`classes\` names ${name} twice. Keep one of them.`);
    names.add(name);
  }
  return [...classes].sort((left, right) => (left.name < right.name ? -1 : 1));
}

/**
 * The StorageClass objects. Each carries the label without which the inventory operator passes it over in
 * silence (akash-network/support#645). `default` is also the cluster's default class, because a lease that asks
 * for it names no class in its claim.
 *
 * @throws RangeError when a class is named twice
 */
export function storageClassObjects(classes: readonly LeaseStorageClass[]): StorageClassObject[] {
  return sortedByName(classes).map((item) => ({
    metadata: {
      name: item.name,
      labels: { "akash.network": "true" },
      annotations: {
        "pulumi.com/patchForce": "true",
        ...(item.name === "default" ? { "storageclass.kubernetes.io/is-default-class": "true" } : {}),
      },
    },
    provisioner: item.provisioner,
    ...(Object.keys(item.parameters ?? {}).length === 0 ? {} : { parameters: item.parameters }),
    reclaimPolicy: item.reclaimPolicy ?? "Delete",
    volumeBindingMode: item.volumeBindingMode ?? "WaitForFirstConsumer",
    ...(item.allowVolumeExpansion === undefined ? {} : { allowVolumeExpansion: item.allowVolumeExpansion }),
  }));
}

/**
 * The attributes that advertise the storage: a persistent class at index 1, shared memory (`ram`, which every
 * provider has) at index 2 where auditors look for it, further persistent classes from index 3 on; and the
 * `feat-` keys that repeat it in short (Akash documentation, "Provider Attributes").
 */
export function storageAttributes(classes: readonly LeaseStorageClass[]): Attribute[] {
  const [first, ...rest] = sortedByName(classes).map(({ name }) => ({ name, persistent: true }));
  const indexed: [number, { name: string; persistent: boolean }][] = [
    ...(first === undefined ? [] : [[1, first] satisfies [number, typeof first]]),
    [2, { name: "ram", persistent: false }],
    ...rest.map((item, index): [number, typeof item] => [index + 3, item]),
  ];
  return [
    { key: "feat-persistent-storage", value: String(classes.length > 0) },
    { key: "feat-shm", value: "true" },
    ...indexed.flatMap(([index, { name, persistent }]) => [
      { key: `capabilities/storage/${index}/class`, value: name },
      { key: `capabilities/storage/${index}/persistent`, value: String(persistent) },
    ]),
  ];
}
