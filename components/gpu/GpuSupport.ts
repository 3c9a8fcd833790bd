import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { RuntimeClass } from "@pulumi/kubernetes/node/v1/runtimeClass.js";
import * as pulumi from "@pulumi/pulumi";
import { chartRelease } from "../charts/index.ts";
import { OPERATOR_NAMESPACE } from "./devicePlugins.ts";
import {
  type Distribution,
  gpuOperatorValues,
  type RuntimeClassOwner,
  runtimeClassOwner,
} from "./operatorValues.ts";

export interface GpuSupportArgs {
  /**
   * Who installs driver, container toolkit and device plugin: `chart`, the NVIDIA GPU operator from its chart,
   * or `none`, they are there already (or the nodes are simulated). Default: `none`.
   */
  readonly operator?: "chart" | "none";
  /**
   * Who owns the RuntimeClass `nvidia`, which every lease with a GPU names: `site`, this program; `operator`,
   * the GPU operator; `distribution`, the cluster's own (K3s ships it as its `runtimes` addon). Two owners
   * overwrite each other. Default: `operator` with the chart, else `site`.
   */
  readonly runtimeClass?: RuntimeClassOwner;
  /** Whether the operator installs the driver; false where the host has one. Default: false. */
  readonly driver?: boolean;
  /** Whether the operator installs the container toolkit; false where the host has it. Default: true. */
  readonly toolkit?: boolean;
  /** SXM boards need the Fabric Manager. Default: false. */
  readonly fabricManager?: boolean;
  /** The cluster's distribution decides where containerd's configuration is. Default: `k3s`. */
  readonly distribution?: Distribution;
  /** Folder with the chart, for sites without internet. Default: its official address. */
  readonly mirror?: string;
  /** Seconds to wait until the operator is ready; 0 does not wait. Default: 300. */
  readonly waitSeconds?: number;
}

/** What a cluster needs before leases can use its NVIDIA GPUs. */
export class GpuSupport extends pulumi.ComponentResource {
  /** Name of the RuntimeClass for leases with a GPU. */
  readonly runtimeClassName: pulumi.Output<string>;

  constructor(name: string, args: GpuSupportArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("akash:gpu:GpuSupport", name, {}, opts);
    const parent = { parent: this };
    if (runtimeClassOwner(args.operator, args.runtimeClass) === "site") {
      new RuntimeClass(
        `${name}-runtime-class`,
        {
          metadata: { name: "nvidia", annotations: { "pulumi.com/patchForce": "true" } },
          handler: "nvidia",
        },
        // K3s ships one and the GPU operator takes it over: what lets go of it here must not take it from them.
        { ...parent, retainOnDelete: true },
      );
    }
    if (args.operator === "chart") {
      const namespace = new Namespace(
        `${name}-namespace`,
        // Its pods install drivers on the host.
        {
          metadata: {
            name: OPERATOR_NAMESPACE,
            labels: { "pod-security.kubernetes.io/enforce": "privileged" },
          },
        },
        parent,
      );
      chartRelease(
        `${name}-operator`,
        {
          chart: "gpu-operator",
          release: "gpu-operator",
          namespace: namespace.metadata.name,
          values: gpuOperatorValues(args),
          mirror: args.mirror,
          waitSeconds: args.waitSeconds,
        },
        parent,
      );
    }
    this.runtimeClassName = pulumi.output("nvidia");
    this.registerOutputs({ runtimeClassName: this.runtimeClassName });
  }
}
