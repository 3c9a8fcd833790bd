export { type CephOptions, cephClasses, cephCluster, cephPools } from "./ceph.ts";
export {
  isCounted,
  type LeaseStorageClass,
  type LeaseStorageName,
  storageAttributes,
  storageClassObjects,
} from "./classes.ts";
export {
  type ChosenDisk,
  chooseDisks,
  type DeclaredDisk,
  type DiskFacts,
  type DiskKind,
  DisksRefused,
  type NodeDisks,
} from "./disks.ts";
export { RookCeph, type RookCephArgs } from "./RookCeph.ts";
export { StorageClasses, type StorageClassesArgs } from "./StorageClasses.ts";
export { VolumeCheck, type VolumeCheckArgs } from "./VolumeCheck.ts";
