import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import {
  CustomResourceDefinition,
  type CustomResourceDefinitionArgs,
} from "@pulumi/kubernetes/apiextensions/v1/customResourceDefinition.js";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import * as pulumi from "@pulumi/pulumi";
import { cachedCrds, chartRelease } from "../charts/index.ts";
import { type CephOptions, cephCluster, cephNamespace, cephPools, rookOperatorValues } from "./ceph.ts";
import type { ChosenDisk } from "./disks.ts";
import { cephToolbox } from "./toolbox.ts";

export interface RookCephArgs extends CephOptions {
  /** Disks that Ceph is given, from `chooseDisks`. */
  readonly disks: readonly ChosenDisk[];
  /** Folder with the chart, for sites without internet. Default: its official address. */
  readonly mirror?: string;
  /** Seconds to wait until the operator is ready; 0 does not wait. Default: 300. */
  readonly waitSeconds?: number;
  /** Keep the cluster and what is on it when this is destroyed. Default: true. */
  readonly retain?: boolean;
}

/**
 * Ceph, by Rook: the operator from its chart, a cluster over exactly the disks given, a pool for each kind of
 * disk, and the toolbox in which the space left is asked for. Destroying it leaves the disks as they are. The classes on it are `cephClasses`.
 */
export class RookCeph extends pulumi.ComponentResource {
  /** Names of the pools, which are those of the classes. */
  readonly pools: pulumi.Output<string[]>;

  constructor(name: string, args: RookCephArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:storage:RookCeph", name, {}, opts);
    const parent = { parent: this };
    const { retain = true } = args;
    const kept = { ...parent, retainOnDelete: retain };
    const definitions = cachedCrds("rook").map(
      ({ metadata, spec }) =>
        new CustomResourceDefinition(
          `${name}-${metadata.name.split(".")[0]}`,
          {
            metadata,
            spec: spec as unknown as CustomResourceDefinitionArgs["spec"],
          },
          kept,
        ),
    );
    const namespace = new Namespace(
      `${name}-namespace`,
      // Its pods use the disks of the host.
      {
        metadata: { name: cephNamespace, labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
      },
      kept,
    );
    const operator = chartRelease(
      `${name}-operator`,
      {
        chart: "rook-ceph",
        release: "rook-ceph",
        namespace: namespace.metadata.name,
        values: rookOperatorValues(),
        mirror: args.mirror,
        waitSeconds: args.waitSeconds,
      },
      { ...kept, dependsOn: definitions },
    );
    const cluster = new CustomResource(`${name}-cluster`, cephCluster(args.disks), {
      ...kept,
      dependsOn: [operator],
    });
    new Deployment(`${name}-toolbox`, cephToolbox(), { ...kept, dependsOn: [cluster] });
    const pools = cephPools(args.disks, args).map(
      (pool) =>
        new CustomResource(`${name}-pool-${pool.metadata.name}`, pool, {
          ...kept,
          dependsOn: [cluster],
        }),
    );
    this.pools = pulumi.all(pools.map((pool) => pool.metadata.apply((metadata) => metadata.name ?? "")));
    this.registerOutputs({ pools: this.pools });
  }
}
