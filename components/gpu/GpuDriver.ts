import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic/index.ts";
import type { HostAddress } from "../hosts/types.ts";
import { DATA_DIR } from "../k3s/binary.ts";
import type { DriverPlan } from "./driverPlan.ts";

export interface GpuDriverArgs {
  /** The machine with the GPUs. */
  readonly host: HostAddress;
  /** What its GPUs need, from `planDriver`. */
  readonly plan: DriverPlan;
  /** Its node, where it is or becomes one: whose leases forbid a restart. Default: none is known, and K3s there forbids it. */
  readonly node?: { readonly site: string; readonly name: string };
  /** K3s's data folder. Default: `/var/lib/rancher/k3s`. */
  readonly k3sDataDir?: string;
  /** Whether the machine may be started anew although leases run on it. Default: false. */
  readonly allowReboot?: boolean;
}

/**
 * Driver, Fabric Manager where NVSwitches need it, container toolkit, CDI specification, and K3s restarted where
 * it started before the toolkit was there. The toolkit gives a container the GPUs that it was allocated, not those that
 * it names in `NVIDIA_VISIBLE_DEVICES`. A driver that fits is adopted. A machine that has to be started anew for
 * it is, unless leases run on it. Removing the resource leaves them.
 *
 * @example
 * const plan = planDriver("gpu-1", await driverFacts(host));
 * if (plan !== undefined) new GpuDriver("gpu-1", { host, plan }, { dependsOn: [prepared] });
 */
export class GpuDriver extends DynamicResource {
  /** For example `580.95.05`. */
  declare readonly driverVersion: pulumi.Output<string>;
  /** Of NVIDIA's container toolkit, for example `1.18.0-1`. */
  declare readonly toolkitVersion: pulumi.Output<string>;

  constructor(name: string, args: GpuDriverArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "gpu:GpuDriver",
      "gpu/gpuDriverProvider",
      name,
      {
        host: args.host,
        plan: args.plan,
        node: args.node,
        k3sDataDir: args.k3sDataDir ?? DATA_DIR,
        allowReboot: args.allowReboot ?? false,
      },
      ["driverVersion", "toolkitVersion"],
      opts,
    );
  }
}
