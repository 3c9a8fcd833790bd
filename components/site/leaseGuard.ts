import * as pulumi from "@pulumi/pulumi";
import { requireNoLeases } from "../akash/leases.ts";
import { openCluster } from "../cluster/index.ts";

export interface LeaseGuardArgs {
  readonly kubeconfigPath: string;
  /** Whether the engine refuses to delete what every lease needs, leases or none: `down` lifts it. */
  readonly protect: boolean;
}

/** Objects whose deletion takes leases, or the way to them, with it. They are replaced by no change of ours. */
const GUARDED = /^kubernetes:(core\/v1:Namespace|apiextensions\.k8s\.io\/v1:CustomResourceDefinition)$/;

/** Of these, the ones without which no lease runs, whatever the site's ingress. */
const VITAL = /-namespaces-(akash-services|lease)$|-crds-(manifests|providerhosts|providerleasedips)$/;

/**
 * Refuses, before anything is deleted, to delete what running leases need. The check runs in the program, so that the
 * engine insists on `--run-program` for `destroy`.
 */
export function leaseGuard(name: string, args: LeaseGuardArgs): pulumi.ResourceTransformation {
  const { kubeconfigPath, protect } = args;
  const hook = new pulumi.ResourceHook(`${name}-leases`, async ({ name: resource }) =>
    requireNoLeases(resource, () => openCluster({ kubeconfigPath })),
  );
  return ({ type, name: resource, props, opts }) => {
    if (!GUARDED.test(type)) return undefined;
    const guarded = { ...opts, hooks: { ...opts.hooks, beforeDelete: [hook] } };
    return { props, opts: protect && VITAL.test(resource) ? { ...guarded, protect: true } : guarded };
  };
}
