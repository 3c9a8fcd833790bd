import { imageReference } from "../charts/sources.ts";
import type { LeaseStorageClass } from "./classes.ts";
import { type ChosenDisk, classOfKind, type DiskKind } from "./disks.ts";

/** Namespace of operator and cluster; Rook's own default, which its Secrets are named after. */
export const cephNamespace = "rook-ceph";

export interface CephOptions {
  /** Copies of each block; default: as many machines as have disks of a kind, at most 3. */
  readonly replicas?: number;
}

interface CephObject {
  readonly apiVersion: "ceph.rook.io/v1";
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

function nodesOf(disks: readonly ChosenDisk[]): string[] {
  return [...new Set(disks.map(({ node }) => node))].sort();
}

function kindsOf(disks: readonly ChosenDisk[]): DiskKind[] {
  const order: readonly DiskKind[] = ["hdd", "ssd", "nvme"];
  return order.filter((kind) => disks.some((disk) => disk.kind === kind));
}

/**
 * The Ceph cluster over exactly the chosen disks. Three monitors survive the loss of a machine, so fewer are
 * made only where there are fewer machines.
 */
export function cephCluster(disks: readonly ChosenDisk[]): CephObject {
  const nodes = nodesOf(disks);
  const monitors = nodes.length >= 3 ? 3 : 1;
  return {
    apiVersion: "ceph.rook.io/v1",
    kind: "CephCluster",
    metadata: { name: cephNamespace, namespace: cephNamespace },
    spec: {
      // Of the release that the pinned operator's own example names (`deploy/examples/cluster.yaml`).
      cephVersion: { image: imageReference("ceph"), allowUnsupported: false },
      dataDirHostPath: "/var/lib/rook",
      mon: { count: monitors, allowMultiplePerNode: false },
      mgr: { count: monitors === 3 ? 2 : 1, allowMultiplePerNode: false },
      dashboard: { enabled: false },
      crashCollector: { disable: false },
      // Data goes only when the person says so; deleting the object must not wipe disks.
      cleanupPolicy: { confirmation: "" },
      disruptionManagement: { managePodBudgets: true },
      storage: {
        useAllNodes: false,
        useAllDevices: false,
        nodes: nodes.map((name) => ({
          name,
          devices: disks
            .filter(({ node }) => node === name)
            .map(({ device, kind }) => ({ name: device, config: { deviceClass: kind } })),
        })),
      },
    },
  };
}

/** One pool for each kind of disk, spread over machines where there are several. */
export function cephPools(disks: readonly ChosenDisk[], options: CephOptions = {}): CephObject[] {
  return kindsOf(disks).map((kind) => {
    const own = disks.filter((disk) => disk.kind === kind);
    const machines = nodesOf(own).length;
    const size = options.replicas ?? Math.min(3, machines);
    return {
      apiVersion: "ceph.rook.io/v1",
      kind: "CephBlockPool",
      metadata: { name: classOfKind[kind], namespace: cephNamespace },
      spec: {
        failureDomain: machines >= size && machines > 1 ? "host" : "osd",
        deviceClass: kind,
        replicated: { size, requireSafeReplicaSize: size > 1 },
      },
    };
  });
}

/** The network's classes of persistent storage on these pools. */
export function cephClasses(disks: readonly ChosenDisk[]): LeaseStorageClass[] {
  const secret = (purpose: string, name: string) => ({
    [`csi.storage.k8s.io/${purpose}-secret-name`]: name,
    [`csi.storage.k8s.io/${purpose}-secret-namespace`]: cephNamespace,
  });
  return kindsOf(disks).map((kind) => ({
    name: classOfKind[kind],
    provisioner: `${cephNamespace}.rbd.csi.ceph.com`,
    parameters: {
      clusterID: cephNamespace,
      pool: classOfKind[kind],
      imageFormat: "2",
      imageFeatures: "layering",
      "csi.storage.k8s.io/fstype": "ext4",
      ...secret("provisioner", "rook-csi-rbd-provisioner"),
      ...secret("controller-expand", "rook-csi-rbd-provisioner"),
      ...secret("controller-publish", "rook-csi-rbd-provisioner"),
      ...secret("node-stage", "rook-csi-rbd-node"),
    },
    // The volume is reached over the network from any node, so it need not wait for the pod's place.
    volumeBindingMode: "Immediate",
    allowVolumeExpansion: true,
  }));
}

/** Values of the operator's chart; its definitions are declared apart, so that the cluster can follow them. */
export function rookOperatorValues(): Record<string, unknown> {
  return {
    crds: { enabled: false },
    csi: { enableRbdDriver: true, enableCephfsDriver: false },
    enableDiscoveryDaemon: false,
  };
}
