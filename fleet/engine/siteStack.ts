import { type EngineRun, runEngine } from "../../commands/engine.ts";
import { PROJECT, type Stack, stackEnvironment } from "../../commands/stack.ts";
import { openChain } from "../../components/chain/client.ts";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { kubeconfigOf } from "../../components/site/observe.ts";
import type { FleetSite } from "../declaration/resolve.ts";
import { SiteEngine } from "./siteEngine.ts";

/** A site's stack, cluster and chain, as far as all work on it needs them. */
export class SiteStack {
  readonly site: FleetSite;
  readonly #toolchain: NodeJS.ProcessEnv;

  /** @param toolchain variables with which the engine is found */
  constructor(site: FleetSite, toolchain: NodeJS.ProcessEnv) {
    this.site = site;
    this.#toolchain = toolchain;
  }

  /** As the commands on one site know it. */
  get stack(): Stack {
    const { name, config } = this.site;
    return { name, file: `Pulumi.${name}.yaml`, site: config, embedded: config.network === "devnet" };
  }

  /** Cluster and chain answer; a fraction of a second instead of an engine run that fails at its end. */
  async reach(): Promise<void> {
    const { network } = this.site.config;
    await Promise.all([this.cluster().then((cluster) => cluster.get("/version")), openChain(network)]);
  }

  async cluster(): Promise<Cluster> {
    return openCluster({ kubeconfigPath: kubeconfigOf(this.site.config) });
  }

  /** The engine's variables for this stack. */
  async environment(): Promise<NodeJS.ProcessEnv> {
    return { ...this.#toolchain, ...(await stackEnvironment(this.stack)) };
  }

  /** @param more variables of this run only */
  async engine(more: NodeJS.ProcessEnv = {}): Promise<SiteEngine> {
    const env = { ...(await this.environment()), ...more };
    return new SiteEngine({ project: PROJECT, stack: this.site.name, env });
  }

  /** A command of the engine's that the Automation API does not have, or does more with than is wanted. */
  async pulumi(...args: readonly string[]): Promise<EngineRun> {
    return runEngine([...args, "--stack", this.site.name, "--non-interactive"], {
      cwd: PROJECT,
      env: await this.environment(),
      output: "capture",
    });
  }
}
