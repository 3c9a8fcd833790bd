export {
  inventoryStorage,
  type LeaseStorageClass,
  type LeaseStorageName,
  storageAttributes,
  storageClassObjects,
} from "./classes.ts";
export { StorageClasses, type StorageClassesArgs } from "./StorageClasses.ts";
