import { LimitRange } from "@pulumi/kubernetes/core/v1/limitRange.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota.js";
import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1/priorityClass.js";
import * as pulumi from "@pulumi/pulumi";
import { metadata, NO_AWAIT } from "./metadata.ts";
import { NAMESPACES } from "./namespaces.ts";
import { planQuotas } from "./quotas.ts";
import { PRIORITY_CLASS } from "./workloads/pod.ts";

export interface AkashNamespacesArgs {
  /** Nodes the cluster may grow to; the quota has room for a discovery pod on each. Default: 50. */
  readonly nodes?: number;
}

/**
 * The namespaces `akash-services` and `lease` with their quotas, and the PriorityClass of what runs in the first.
 * The other components of this folder need it.
 *
 * @example
 * const namespaces = new AkashNamespaces("garage-namespaces");
 * const crds = new AkashCrds("garage-crds", {}, { dependsOn: [namespaces] });
 */
export class AkashNamespaces extends pulumi.ComponentResource {
  /** Names of the namespaces. */
  readonly names: pulumi.Output<string[]>;

  constructor(name: string, args: AkashNamespacesArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("akash:akash:AkashNamespaces", name, {}, opts);
    const parent = { parent: this };
    const namespaces = NAMESPACES.map(
      ({ name: namespace, labels }) =>
        new Namespace(`${name}-${namespace}`, { metadata: metadata(namespace, { labels }) }, parent),
    );
    for (const { namespace, hard, defaultRequest } of planQuotas(args.nodes ?? 50)) {
      const within = { parent: this, dependsOn: namespaces };
      new ResourceQuota(
        `${name}-${namespace}-quota`,
        { metadata: metadata("akash", { namespace, annotations: NO_AWAIT }), spec: { hard } },
        within,
      );
      if (defaultRequest === undefined) continue;
      new LimitRange(
        `${name}-${namespace}-limits`,
        {
          metadata: metadata("akash", { namespace }),
          spec: { limits: [{ type: "Container", defaultRequest }] },
        },
        within,
      );
    }
    new PriorityClass(
      `${name}-priority`,
      {
        metadata: metadata(PRIORITY_CLASS),
        value: 1_000_000,
        description:
          "Akash provider and operators: scheduled before leases, which are worth nothing without them",
      },
      parent,
    );
    this.names = pulumi.all(namespaces.map((namespace) => namespace.metadata.name));
    this.registerOutputs({ names: this.names });
  }
}
