import type * as pulumi from "@pulumi/pulumi";
import { hostnameVariables } from "./environment/operators.ts";
import { planEnvironment } from "./environment/types.ts";
import { Operator } from "./Operator.ts";
import { type IngressArgs, ingressOf, type ReleaseArgs } from "./release.ts";
import { akashImages } from "./versions.ts";

export interface HostnameOperatorArgs extends ReleaseArgs, IngressArgs {}

/**
 * The operator that gives leases their host names. The provider does not start without it: it waits for
 * `operator-hostname:8080/health`.
 *
 * @example
 * new HostnameOperator("garage-hostnames", { ingressMode: "gateway" }, { dependsOn: [namespaces, crds] });
 */
export class HostnameOperator extends Operator {
  constructor(name: string, args: HostnameOperatorArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const ingress = ingressOf(args);
    super(
      "akash:akash:HostnameOperator",
      name,
      {
        component: "hostname",
        image: args.image ?? akashImages(args.version).provider,
        environment: planEnvironment(hostnameVariables, ingress),
      },
      { ingressMode: ingress.ingressMode, registryCredentials: false, attestation: false },
      opts,
    );
  }
}
