import * as pulumi from "@pulumi/pulumi";
import { K3sNode } from "./K3sNode.ts";
import { Kubeconfig } from "./Kubeconfig.ts";
import type { NodeInputs } from "./nodeInputs.ts";
import { type ClusterPlan, planCluster, type RunningCluster } from "./planCluster.ts";
import type { K3sMachine, K3sOptions } from "./types.ts";

export interface K3sClusterArgs {
  /** Name of the site. */
  readonly site: string;
  /** Its machines, in order: where nothing else decides, an earlier one is a server. */
  readonly machines: readonly K3sMachine[];
  /** What is the same on every node. Default: see `K3sOptions`. */
  readonly options?: K3sOptions;
  /** The cluster that is there, from `observeCluster`: its nodes keep their roles. Default: there is none. */
  readonly running?: RunningCluster;
  /** What has to be done on a machine before K3s is, by the name of its node. Default: nothing. */
  readonly prepared?: Readonly<Record<string, pulumi.Input<pulumi.Resource>[]>>;
}

/**
 * A K3s cluster on machines: one resource per node and one for the kubeconfig. Servers are set up and changed one
 * after the other, agents when all servers are done.
 *
 * @example
 * const cluster = new K3sCluster("garage", {
 *   site: "garage",
 *   machines: [{ address: { host: "203.0.113.10" } }, { address: { host: "203.0.113.11" }, gpu: true }],
 * });
 * const access = { kubeconfigPath: cluster.kubeconfig.path };
 */
export class K3sCluster extends pulumi.ComponentResource {
  /** The plan that is carried out; its notes are for people. */
  readonly plan: ClusterPlan;
  /** Nodes by name. */
  readonly nodes: Readonly<Record<string, K3sNode>>;
  /** The file on this machine that gives access to the cluster. */
  readonly kubeconfig: Kubeconfig;

  /** @throws RolesImpossible, OptionInvalid or VersionUnknown when the machines or options make no cluster */
  constructor(name: string, args: K3sClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:k3s:K3sCluster", name, {}, opts);
    const { site, machines, options = {}, running, prepared = {} } = args;
    this.plan = planCluster(site, machines, options, running);
    const nodes: Record<string, K3sNode> = {};
    const declare = (node: NodeInputs, after: readonly K3sNode[]) => {
      const dependsOn = [...after, ...(prepared[node.node] ?? [])];
      const resource = new K3sNode(`${name}-${node.node}`, node, { parent: this, dependsOn });
      nodes[node.node] = resource;
      return resource;
    };
    const servers: K3sNode[] = [];
    for (const server of this.plan.servers) servers.push(declare(server, servers.slice(-1)));
    for (const agent of this.plan.agents) declare(agent, servers);
    this.nodes = nodes;
    this.kubeconfig = new Kubeconfig(
      `${name}-kubeconfig`,
      {
        site,
        servers: this.plan.serverAddresses,
        ...(options.apiAddress === undefined ? {} : { apiAddress: options.apiAddress }),
      },
      { parent: this, dependsOn: servers.slice(0, 1) },
    );
    this.registerOutputs({ kubeconfigPath: this.kubeconfig.path });
  }
}
