import { StorageClass } from "@pulumi/kubernetes/storage/v1/storageClass.js";
import * as pulumi from "@pulumi/pulumi";
import { type LeaseStorageClass, storageClassObjects } from "./classes.ts";

export interface StorageClassesArgs {
  /** Classes of persistent storage offered to leases. Default: none. */
  readonly classes?: readonly LeaseStorageClass[];
}

/** The StorageClasses that leases may claim, labelled so that the network's inventory counts them. */
export class StorageClasses extends pulumi.ComponentResource {
  /** Names of the classes, sorted. */
  readonly names: pulumi.Output<string[]>;

  constructor(name: string, args: StorageClassesArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("akash:storage:StorageClasses", name, {}, opts);
    const objects = storageClassObjects(args.classes ?? []).map(
      (object) => new StorageClass(`${name}-${object.metadata.name}`, object, { parent: this }),
    );
    this.names = pulumi.all(objects.map((object) => object.metadata.name));
    this.registerOutputs({ names: this.names });
  }
}
