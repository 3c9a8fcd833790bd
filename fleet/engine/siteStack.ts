import { EngineError, type EngineRun, runEngine } from "../../commands/engine.ts";
import type { EngineEvent } from "../../commands/engineEvents.ts";
import { PROJECT, type Stack, stackEnvironment } from "../../commands/stack.ts";
import type { Cluster } from "../../components/cluster/index.ts";
import type { FleetSite } from "../declaration/resolve.ts";
import { asRunFailure } from "./outcome.ts";
import type { SiteEngine } from "./siteEngine.ts";

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

  /**
   * Asks cluster and chain for a sign of life.
   *
   * @throws the typed error of the one that gives none
   */
  async reach(): Promise<void> {
    const { openChain } = await import("../../components/chain/client.ts");
    const { network } = this.site.config;
    await Promise.all([this.cluster().then((cluster) => cluster.get("/version")), openChain(network)]);
  }

  async cluster(): Promise<Cluster> {
    // A look for drift that finds everything in place never comes here.
    const [{ openCluster }, { kubeconfigOf }] = await Promise.all([
      import("../../components/cluster/index.ts"),
      import("../../components/site/nodes.ts"),
    ]);
    return openCluster({ kubeconfigPath: kubeconfigOf(this.site.config) });
  }

  /** The engine's variables for this stack. */
  async environment(): Promise<NodeJS.ProcessEnv> {
    const { placesEnvironment } = await import("../../components/site/placesEnvironment.ts");
    const { stack } = this;
    return { ...this.#toolchain, ...(await stackEnvironment(stack)), ...placesEnvironment(stack.site) };
  }

  /** @param more variables of this run only */
  async engine(more: NodeJS.ProcessEnv = {}): Promise<SiteEngine> {
    const env = { ...(await this.environment()), ...more };
    const { SiteEngine } = await import("./siteEngine.ts");
    return new SiteEngine({ project: PROJECT, stack: this.site.name, env });
  }

  /**
   * Compares declaration, state and world; changes nothing.
   *
   * The events are read from the engine's log, as for one site: through the Automation API, which takes each in by
   * itself as it comes, they cost a fleet's own process more than everything else it does.
   *
   * @param flags for example those that name who judges
   * @throws EngineRunFailed
   */
  async preview(flags: readonly string[]): Promise<readonly EngineEvent[]> {
    try {
      const { events } = await this.#run(["preview", "--refresh", "--run-program", ...flags], true);
      return events;
    } catch (error) {
      throw error instanceof EngineError ? asRunFailure(error, error.events) : error;
    }
  }

  /** A command of the engine's that the Automation API does not have, or does more with than is wanted. */
  pulumi(...args: readonly string[]): Promise<EngineRun> {
    return this.#run(args, false);
  }

  async #run(args: readonly string[], events: boolean): Promise<EngineRun> {
    return runEngine([...args, "--stack", this.site.name, "--non-interactive"], {
      cwd: PROJECT,
      env: await this.environment(),
      output: "capture",
      events,
    });
  }
}
