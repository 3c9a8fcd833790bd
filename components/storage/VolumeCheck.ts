import type * as pulumi from "@pulumi/pulumi";
import { akashImages } from "../akash/index.ts";
import type { ClusterAccess } from "../cluster/index.ts";
import { DynamicResource } from "../dynamic/index.ts";

export interface VolumeCheckArgs {
  /** How to reach the cluster. */
  readonly cluster: pulumi.Input<ClusterAccess>;
  /** Storage classes to try. */
  readonly classes: pulumi.Input<readonly string[]>;
  /** Namespace in which claim and job are made for the moment. Default: `akash-services`. */
  readonly namespace?: pulumi.Input<string>;
  /** Image with a shell that tries the volumes. Default: that of Akash's provider, which every site has. */
  readonly image?: pulumi.Input<string>;
  /** What stands behind the classes, in any words; a change tries them again. Default: "". */
  readonly backing?: pulumi.Input<string>;
  /** Longest time for each class in seconds. Default: 600. */
  readonly waitSeconds?: number;
}

/**
 * Proof that each storage class gives a volume: it is mounted, written, read and taken away again, once and
 * after each change of what stands behind it. A class that does not work is not advertised: let the registration
 * depend on this.
 */
export class VolumeCheck extends DynamicResource {
  constructor(name: string, args: VolumeCheckArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "storage:VolumeCheck",
      "storage/volumeCheckProvider",
      name,
      {
        cluster: args.cluster,
        classes: args.classes,
        namespace: args.namespace ?? "akash-services",
        image: args.image ?? akashImages().provider,
        backing: args.backing ?? "",
        waitSeconds: args.waitSeconds ?? 600,
      },
      [],
      opts,
    );
  }
}
