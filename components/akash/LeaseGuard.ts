import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/types.ts";
import { DynamicResource } from "../dynamic/index.ts";

export interface LeaseGuardArgs {
  /** Cluster in which the leases run. */
  readonly cluster: pulumi.Input<ClusterAccess>;
}

/**
 * Stands before everything that running leases need. Make it depend on all of that: what depends on others is deleted
 * before them, and this one refuses to be deleted while leases run. It has nothing in the world to make or to change.
 *
 * It does the work of a before-delete hook, without the program having to run: hooks are also unknown to language hosts
 * older than the engine.
 *
 * @example
 * new LeaseGuard("garage-leases", { cluster: { kubeconfigPath } }, { dependsOn: [provider, ingress], protect: true });
 */
export class LeaseGuard extends DynamicResource {
  constructor(name: string, args: LeaseGuardArgs, opts?: pulumi.CustomResourceOptions) {
    super("akash:LeaseGuard", "akash/leaseGuardProvider", name, { cluster: args.cluster }, [], opts);
  }
}
