/** The part of a Kubernetes PersistentVolume that a simulated disk declares. */
export interface StaticVolume {
  readonly apiVersion: "v1";
  readonly kind: "PersistentVolume";
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly storageClassName: string;
    readonly capacity: { readonly storage: string };
    readonly accessModes: readonly string[];
    readonly persistentVolumeReclaimPolicy: "Retain";
    readonly hostPath: { readonly path: string };
  };
}

/** Storage classes that a site has: the one of leases, and K3s's own for what runs beside them. */
const classes = ["beta3", "local-path"];
const sizes = ["10Gi", "10Gi", "10Gi", "100Gi"];

/**
 * Volumes that claims of these classes bind to, since no provisioner runs in the embedded cluster. One whose
 * claim is deleted becomes available again (stages.yaml).
 */
export const staticVolumes: readonly StaticVolume[] = classes.flatMap((storageClassName) =>
  sizes.map((storage, index) => {
    const name = `${storageClassName}-${index + 1}`;
    return {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name },
      spec: {
        storageClassName,
        capacity: { storage },
        accessModes: ["ReadWriteOnce"],
        persistentVolumeReclaimPolicy: "Retain",
        hostPath: { path: `/var/lib/simulated/${name}` },
      },
    };
  }),
);
