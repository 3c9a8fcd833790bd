import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic/index.ts";
import type { NodeInputs } from "./nodeInputs.ts";

/** One node, complete: `planCluster` makes these from machines and options. */
export type K3sNodeArgs = NodeInputs;

/**
 * One machine as a node of a K3s cluster. It is read back over SSH and from the cluster: release, settings, service
 * and readiness, so that each difference is a field in a preview, and `up` repairs it in place. Removing it empties the
 * node first; see `removeNode`.
 *
 * @example
 * const { servers, agents } = planCluster("garage", [{ address: { host: "203.0.113.10" } }]);
 * new K3sNode("garage-server", servers[0]);
 */
export class K3sNode extends DynamicResource {
  /** Name of the Node object. */
  declare readonly node: pulumi.Output<string>;
  /** Release of K3s, for example `v1.34.3+k3s1`. */
  declare readonly version: pulumi.Output<string>;

  constructor(name: string, args: K3sNodeArgs, opts?: pulumi.CustomResourceOptions) {
    // A machine may be emptied and upgraded for as long as its pods need.
    const customTimeouts = { create: "30m", update: "30m", delete: "30m" };
    super(
      "k3s:K3sNode",
      "k3s/k3sNodeProvider",
      name,
      { ...args },
      [],
      pulumi.mergeOptions({ customTimeouts }, opts),
    );
  }
}
