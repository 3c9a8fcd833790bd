import type * as pulumi from "@pulumi/pulumi";
import { ipVariables } from "./environment/operators.ts";
import { planEnvironment } from "./environment/types.ts";
import { Operator } from "./Operator.ts";
import type { ReleaseArgs } from "./release.ts";
import { akashImages } from "./versions.ts";

export interface IpOperatorArgs extends ReleaseArgs {
  /** Address of the provider's owner, `akash1…`. */
  readonly owner: pulumi.Input<string>;
  /** MetalLB address pool to lease from. Default: MetalLB's own default. */
  readonly metalLbPool?: string;
}

/**
 * The operator that leases IP addresses through MetalLB, which has to be in `metallb-system`. Only sites that
 * lease addresses have it.
 *
 * @example
 * new IpOperator("garage-ip", { owner: wallet.address, metalLbPool: "public" }, { dependsOn: [namespaces, crds] });
 */
export class IpOperator extends Operator {
  constructor(name: string, args: IpOperatorArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "akash:akash:IpOperator",
      name,
      {
        component: "ip",
        image: args.image ?? akashImages(args.version).provider,
        environment: planEnvironment(ipVariables<pulumi.Input<string>>(), {
          owner: args.owner,
          metalLbPool: args.metalLbPool,
        }),
      },
      { ingressMode: "gateway", registryCredentials: false, attestation: false },
      opts,
    );
  }
}
