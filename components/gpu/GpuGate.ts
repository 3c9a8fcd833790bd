import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/index.ts";
import { DynamicResource } from "../dynamic/index.ts";
import type { HostAddress } from "../hosts/types.ts";
import { DATA_DIR } from "../k3s/binary.ts";
import type { ExpectedGpus } from "./gate.ts";
import type { GpuDevice } from "./types.ts";

export interface GpuGateArgs {
  /** The cluster whose nodes are to offer the GPUs. */
  readonly cluster: pulumi.Input<ClusterAccess>;
  /** GPUs on the machines' buses, by node. */
  readonly expected: readonly ExpectedGpus[];
  /** The machine of each node, asked for the cause where one falls short. */
  readonly hosts: Readonly<Record<string, HostAddress>>;
  /** K3s's data folder. Default: `/var/lib/rancher/k3s`. */
  readonly k3sDataDir?: string;
  /** Seconds to wait for software that is still starting. Default: 600. */
  readonly waitSeconds?: number;
}

/**
 * The gate before anything is advertised: allocatable GPUs and model of each node equal what is on its bus. At a
 * site's first `up` a gap ends the run with its cause. Later only what agrees stays in `devices`, so that a card
 * that has gone leaves the advertisement, and `problems` names why.
 *
 * @example
 * const gate = new GpuGate("gpus", {
 *   cluster: { kubeconfigPath: "~/.kube/config" },
 *   expected: [{ node: "gpu-1", vendor: "nvidia", model: "rtx5090", memory: "32Gi", interface: "pcie", count: 1 }],
 *   hosts: { "gpu-1": { host: "203.0.113.10" } },
 * });
 * const attributes = gate.devices.apply(gpuAttributes);
 */
export class GpuGate extends DynamicResource {
  /** What may be advertised. */
  declare readonly devices: pulumi.Output<readonly GpuDevice[]>;
  /** Why the rest may not. */
  declare readonly problems: pulumi.Output<readonly string[]>;
  /** What each node offers, in words. */
  declare readonly gpus: pulumi.Output<Readonly<Record<string, string>>>;

  constructor(name: string, args: GpuGateArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "gpu:GpuGate",
      "gpu/gpuGateProvider",
      name,
      {
        cluster: args.cluster,
        expected: args.expected,
        hosts: args.hosts,
        k3sDataDir: args.k3sDataDir ?? DATA_DIR,
        waitSeconds: args.waitSeconds ?? 600,
      },
      ["devices", "problems", "gpus"],
      opts,
    );
  }
}
