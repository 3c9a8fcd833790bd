import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic/index.ts";
import type { HostAddress } from "../hosts/types.ts";
import { siteKubeconfigPath } from "./names.ts";

export interface KubeconfigArgs {
  /** Name of the site; the file's path is made of it. */
  readonly site: string;
  /** Servers of the cluster, in the order in which they are asked. */
  readonly servers: readonly HostAddress[];
  /** Name or address under which all servers are reached. Default: the server that is asked. */
  readonly apiAddress?: string;
}

/**
 * The kubeconfig of a site, a file of mode 0600 on this machine. It is a resource of its own so that it outlives
 * nodes: its path never changes, and when the server in it goes, the next one takes its place. The state holds the
 * path and no credential.
 *
 * @example
 * const kubeconfig = new Kubeconfig("garage-kubeconfig", { site: "garage", servers: [{ host: "203.0.113.10" }] });
 * new kubernetes.Provider("garage-cluster", { kubeconfig: kubeconfig.path, clusterIdentifier: "garage" });
 */
export class Kubeconfig extends DynamicResource {
  /** Absolute path of the file; known in a preview too, whatever changes. */
  declare readonly path: pulumi.Output<string>;

  constructor(name: string, args: KubeconfigArgs, opts?: pulumi.CustomResourceOptions) {
    const { site, servers, apiAddress } = args;
    const inputs = { site, path: siteKubeconfigPath(site), servers: [...servers], apiAddress, usable: true };
    super("k3s:Kubeconfig", "k3s/kubeconfigProvider", name, inputs, [], opts);
  }
}
