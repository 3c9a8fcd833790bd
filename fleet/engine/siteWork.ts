import { runEngine } from "../../commands/engine.ts";
import { differences } from "../../commands/engineEvents.ts";
import { preflight } from "../../commands/preflight.ts";
import { PROJECT, type Stack, stackEnvironment } from "../../commands/stack.ts";
import { freeStack } from "../../commands/stackLock.ts";
import { openChain } from "../../components/chain/client.ts";
import { openCluster } from "../../components/cluster/index.ts";
import { kubeconfigOf } from "../../components/site/observe.ts";
import { describeTakeover, findTakeover } from "../../components/site/takeover/index.ts";
import { silentProgress } from "../../toolchain/index.ts";
import type { FleetSite } from "../declaration/resolve.ts";
import type { SiteComparison } from "../rollout/events.ts";
import type { SiteOutcome } from "../rollout/rollout.ts";
import { failureOf, isUnknownStack } from "./outcome.ts";
import { SiteEngine } from "./siteEngine.ts";

/** Outputs of a site's stack as the report and the status read them; all of them may be missing. */
export type StackOutputs = Readonly<Record<string, unknown>>;

/** A comparison, with the stack's outputs as they were last deployed. */
export interface Comparison extends SiteComparison {
  readonly outputs?: StackOutputs;
}

export interface WorkOptions {
  /** Variables of the toolchain. */
  readonly env: NodeJS.ProcessEnv;
  readonly policyPacks?: readonly string[];
  readonly policyPackConfigs?: readonly string[];
}

const NOTHING = { drift: [], pending: [] } as const;

/** What the fleet does with one site. Nothing here throws: every failure is a result with its reason. */
export class SiteWork {
  readonly site: FleetSite;
  readonly #options: WorkOptions;

  constructor(site: FleetSite, options: WorkOptions) {
    this.site = site;
    this.#options = options;
  }

  /** Reads every managed thing back and tells drift from edits that are not deployed yet. */
  async compare(): Promise<Comparison> {
    try {
      await this.#reach();
      const { engine } = await this.#open();
      const { events } = await engine.preview();
      const root = events.findLast(
        ({ resOutputsEvent }) => resOutputsEvent?.metadata.type === "pulumi:pulumi:Stack",
      );
      const state = root?.resOutputsEvent?.metadata;
      const outputs = state?.old?.outputs ?? state?.new?.outputs;
      return {
        result: "compared",
        ...differences(events),
        ...(outputs === undefined ? {} : { outputs }),
      };
    } catch (error) {
      if (isUnknownStack(error)) return { result: "not-deployed", ...NOTHING };
      const { result, because } = failureOf(error);
      return { result: result as Comparison["result"], because, ...NOTHING };
    }
  }

  /** Brings the site to its declaration. */
  async up(phase: (text: string) => void): Promise<SiteOutcome> {
    let begun = false;
    try {
      phase("checking");
      const { engine, env } = await this.#open();
      await preflight(this.#stack, silentProgress, { waitForFunds: false });
      await freeStack({ stack: this.site, env }, silentProgress);
      const act = () => {
        begun = true;
        phase("updating");
        return engine.up();
      };
      const run = await act().catch(async (error) => {
        if (!isUnknownStack(error)) throw error;
        begun = false;
        await this.#makeStack(env);
        return act();
      });
      const { same = 0, ...done } = run.changes;
      const update = run.update === undefined ? {} : { update: run.update };
      return Object.keys(done).length === 0
        ? { result: "unchanged", changes: { same }, ...update }
        : { result: "updated", changes: run.changes, ...update };
    } catch (error) {
      const { result, because } = failureOf(error);
      // What the engine had begun is half done, whatever it was that went away.
      return { result: begun && result === "unreachable" ? "failed" : result, because };
    }
  }

  /** Removes what `up` made. */
  async destroy(phase: (text: string) => void): Promise<SiteOutcome> {
    try {
      await this.#reach();
      const { engine, env } = await this.#open();
      await freeStack({ stack: this.site, env }, silentProgress);
      phase("removing");
      const { changes, update } = await engine.destroy();
      return { result: "updated", changes, ...(update === undefined ? {} : { update }) };
    } catch (error) {
      if (isUnknownStack(error)) return { result: "unchanged" };
      return failureOf(error);
    }
  }

  /** Outputs of the last deployment; undefined where there was none. */
  async outputs(): Promise<StackOutputs | undefined> {
    const { env } = await this.#open();
    const run = await runEngine(
      ["stack", "output", "--json", "--stack", this.site.name, "--non-interactive"],
      {
        cwd: PROJECT,
        env,
        output: "capture",
      },
    ).catch((error: unknown) => {
      if (isUnknownStack(error)) return undefined;
      throw error;
    });
    return run === undefined ? undefined : (JSON.parse(run.stdout) as StackOutputs);
  }

  /** Cluster and chain answer; a fraction of a second instead of an engine run that fails at its end. */
  async #reach(): Promise<void> {
    const { config } = this.site;
    const kubeconfigPath = kubeconfigOf(config);
    await Promise.all([
      openCluster({ kubeconfigPath }).then((cluster) => cluster.get("/version")),
      openChain(config.network),
    ]);
  }

  /** A cluster with an earlier set-up is not changed unattended: what is to become of that is asked once. */
  async #makeStack(env: NodeJS.ProcessEnv): Promise<void> {
    const { plan } = await findTakeover(this.site.config, {
      processes: false,
      deployedReleases: async () => [],
    });
    if (plan.items.some(({ action }) => action === "replace" || action === "remove")) {
      throw new Error(
        `${describeTakeover(plan).trim()}\nRun \`npm run up -- -s ${this.site.name}\` once: it asks what is to become of it.`,
      );
    }
    await runEngine(["stack", "init", "--no-select", "--stack", this.site.name, "--non-interactive"], {
      cwd: PROJECT,
      env,
      output: "capture",
    });
  }

  get #stack(): Stack {
    const { name, config } = this.site;
    return { name, file: `Pulumi.${name}.yaml`, site: config, embedded: config.network === "devnet" };
  }

  async #open(): Promise<{ engine: SiteEngine; env: NodeJS.ProcessEnv }> {
    const env = { ...this.#options.env, ...(await stackEnvironment(this.#stack)) };
    const { policyPacks = [], policyPackConfigs = [] } = this.#options;
    const engine = new SiteEngine({
      project: PROJECT,
      stack: this.site.name,
      env,
      policyPacks,
      policyPackConfigs,
    });
    return { engine, env };
  }
}
