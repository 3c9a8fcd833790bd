import * as local from "@pulumi/command/local/index.js";
import * as pulumi from "@pulumi/pulumi";
import { GpuDriver } from "../gpu/GpuDriver.ts";
import { HostPreparation } from "../hosts/HostPreparation.ts";
import { K3sCluster } from "../k3s/K3sCluster.ts";
import { preparationFor } from "./machines.ts";
import { operatorCommand } from "./operatorCommand.ts";
import type { NodesDeclaration, ObservedNodes, SiteMachine } from "./types.ts";

export interface SiteNodesArgs {
  /** The machines, and what they are to become. */
  readonly declaration: NodesDeclaration;
  /** What `observeNodes` read for it at the start of this run. */
  readonly observed: ObservedNodes;
}

/**
 * Machines as a cluster. Each one by itself: the operator's commands, preparation, more commands, GPU driver, then
 * K3s: servers one after the other, agents at the same time. The kubeconfig is last and outlives all of them.
 */
export class SiteNodes extends pulumi.ComponentResource {
  /** What the machines are together. */
  readonly cluster: K3sCluster;
  /** Path of the kubeconfig; not known in a preview before the cluster is. */
  readonly kubeconfigPath: pulumi.Output<string>;
  /** GPU drivers by node. */
  readonly drivers: Readonly<Record<string, GpuDriver>>;

  constructor(name: string, args: SiteNodesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:nodes:SiteNodes", name, {}, opts);
    const { declaration, observed } = args;
    const { site, k3s } = declaration;
    const drivers: Record<string, GpuDriver> = {};
    const prepared: Record<string, pulumi.Resource[]> = {};
    for (const machine of observed.machines) {
      const { resources, driver } = this.#machine(name, machine, args);
      prepared[machine.name] = resources;
      if (driver !== undefined) drivers[machine.name] = driver;
    }
    this.drivers = drivers;
    this.cluster = new K3sCluster(
      `${name}-k3s`,
      { site, machines: observed.k3sMachines, options: k3s, running: observed.running, prepared },
      { parent: this },
    );
    const { id, path } = this.cluster.kubeconfig;
    // A path to a file that is not there yet would be taken for a cluster that does not answer.
    this.kubeconfigPath = pulumi.all([id, path]).apply(([, file]) => file);
    this.registerOutputs({ kubeconfigPath: this.kubeconfigPath });
  }

  /** What is done on one machine before K3s; each step waits for the one before it. */
  #machine(name: string, machine: SiteMachine, { declaration, observed }: SiteNodesArgs) {
    const { name: node, address, declared, driver: plan } = machine;
    const own = `${name}-${node}`;
    const done: pulumi.Resource[] = [];
    const next = () => ({ parent: this, dependsOn: done.slice(-1) });
    const commands = (when: "after" | "before") => {
      if (declared[when].length === 0) return;
      const stdin = JSON.stringify({ address, commands: declared[when] });
      // A change runs them again in place; nothing can be read back of what they did.
      const run = { create: operatorCommand, update: operatorCommand, stdin };
      done.push(new local.Command(`${own}-${when}`, run, next()));
    };
    commands("before");
    done.push(
      new HostPreparation(
        `${own}-prepared`,
        { address, options: preparationFor(machine, observed.machines, declaration) },
        next(),
      ),
    );
    commands("after");
    if (plan === undefined) return { resources: done };
    const driver = new GpuDriver(
      `${own}-gpu`,
      {
        host: address,
        plan,
        node: { site: declaration.site, name: node },
        k3sDataDir: declaration.k3s.dataDir,
        allowReboot: declared.reboot === "allowed",
      },
      next(),
    );
    done.push(driver);
    return { resources: done, driver };
  }
}
