import { type EngineRun, runEngine } from "../../commands/engine.ts";
import { differences } from "../../commands/engineEvents.ts";
import { preflight } from "../../commands/preflight.ts";
import { PROJECT, type Stack, stackEnvironment } from "../../commands/stack.ts";
import { freeStack } from "../../commands/stackLock.ts";
import { readVersionPlan } from "../../commands/versions.ts";
import { LEASES_MAY_END, requireNoLeases } from "../../components/akash/leases.ts";
import { openChain } from "../../components/chain/client.ts";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { gpuAttributes } from "../../components/gpu/attributes.ts";
import { kubeconfigOf } from "../../components/site/observe.ts";
import { describeTakeover, findTakeover } from "../../components/site/takeover/index.ts";
import { describeVersionPlan } from "../../components/versions/plan.ts";
import { describeViolations, loadPolicyPacks, PolicyRefusal, violationsOf } from "../../policies/index.ts";
import { type Progress, silentProgress } from "../../toolchain/index.ts";
import type { FleetSite } from "../declaration/resolve.ts";
import type { SiteComparison } from "../rollout/events.ts";
import type { SiteOutcome } from "../rollout/rollout.ts";
import { failureOf, isUnknownStack } from "./outcome.ts";
import { EngineRunFailed, SiteEngine, type SiteRun } from "./siteEngine.ts";

/** Outputs of a site's stack as the report and the status read them; all of them may be missing. */
export type StackOutputs = Readonly<Record<string, unknown>>;

/** A comparison, with the stack's outputs as they were last deployed. */
export interface Comparison extends SiteComparison {
  readonly outputs?: StackOutputs;
}

const NOTHING = { drift: [], pending: [] } as const;

/** What the fleet does with one site. Every failure is a result with its reason, not an exception. */
export class SiteWork {
  readonly site: FleetSite;
  readonly #toolchain: NodeJS.ProcessEnv;

  /** @param toolchain variables with which the engine is found */
  constructor(site: FleetSite, toolchain: NodeJS.ProcessEnv) {
    this.site = site;
    this.#toolchain = toolchain;
  }

  /**
   * Reads every managed thing back and tells drift from edits that are not deployed yet.
   *
   * @param judged by the policy pack too, and with what a move to other versions means
   */
  async compare(judged = false): Promise<Comparison> {
    try {
      await this.#reach();
      const { engine } = await this.#open();
      const { events } = await engine.preview(judged ? await loadPolicyPacks(this.site.config) : undefined);
      const remarks = judged
        ? [...describeViolations(violationsOf(events)), ...(await this.#versions())]
        : [];
      const outputs = outputsIn(events);
      return {
        result: "compared",
        ...differences(events),
        ...(remarks.length === 0 ? {} : { remarks }),
        ...(outputs === undefined ? {} : { outputs }),
      };
    } catch (error) {
      if (isUnknownStack(error)) return { result: "not-deployed", ...NOTHING };
      const { result, because } = failureOf(refused(error));
      return { result: result as Comparison["result"], because, ...NOTHING };
    }
  }

  /**
   * Brings the site to its declaration.
   *
   * @param say hears what is worth telling besides the result
   */
  async up(phase: (text: string) => void, say: (text: string) => void = () => {}): Promise<SiteOutcome> {
    let begun = false;
    try {
      phase("checking");
      const { engine, env } = await this.#open();
      const progress: Progress = { ...silentProgress, line: say };
      const observed = await preflight(this.#stack, progress, { waitForFunds: false });
      const judges = await loadPolicyPacks(this.site.config, {
        detected: gpuAttributes(observed.gpu.devices).map(({ key }) => key),
      });
      await freeStack({ stack: this.site, env }, progress);
      const act = () => {
        begun = true;
        phase("updating");
        return engine.up(judges);
      };
      const run = await act().catch(async (error) => {
        if (!isUnknownStack(error)) throw error;
        begun = false;
        await this.#makeStack(env);
        return act();
      });
      return outcomeOf(run);
    } catch (error) {
      const { result, because } = failureOf(refused(error));
      // What the engine had begun is half done, whatever it was that went away.
      return { result: begun && result === "unreachable" ? "failed" : result, because };
    }
  }

  /**
   * Removes what `up` made.
   *
   * @param withLeases although leases run there: they end
   */
  async destroy(phase: (text: string) => void, withLeases = false): Promise<SiteOutcome> {
    try {
      await this.#reach();
      if (!withLeases) await requireNoLeases(`Site ${this.site.name}`, () => this.#cluster());
      const { engine, env } = await this.#open(withLeases ? { [LEASES_MAY_END]: "true" } : {});
      await freeStack({ stack: this.site, env }, silentProgress);
      phase("removing");
      // What every lease needs is protected from a plain `pulumi destroy`; here the leases were looked at.
      await this.#pulumi(env, ["state", "unprotect", "--all", "--yes"]);
      return outcomeOf(await engine.destroy());
    } catch (error) {
      return isUnknownStack(error) ? { result: "unchanged" } : failureOf(error);
    }
  }

  /** Outputs of the last deployment; undefined where there was none. */
  async outputs(): Promise<StackOutputs | undefined> {
    const { env } = await this.#open();
    const run = await this.#pulumi(env, ["stack", "output", "--json"]).catch((error: unknown) => {
      if (isUnknownStack(error)) return undefined;
      throw error;
    });
    return run === undefined ? undefined : (JSON.parse(run.stdout) as StackOutputs);
  }

  /** Cluster and chain answer; a fraction of a second instead of an engine run that fails at its end. */
  async #reach(): Promise<void> {
    const { network } = this.site.config;
    await Promise.all([this.#cluster().then((cluster) => cluster.get("/version")), openChain(network)]);
  }

  async #cluster(): Promise<Cluster> {
    return openCluster({ kubeconfigPath: kubeconfigOf(this.site.config) });
  }

  /** A cluster with an earlier set-up is not changed unattended: what is to become of that is asked once. */
  async #makeStack(env: NodeJS.ProcessEnv): Promise<void> {
    const { name, config } = this.site;
    const { plan } = await findTakeover(config, { processes: false, deployedReleases: async () => [] });
    if (plan.items.some(({ action }) => action === "replace" || action === "remove")) {
      throw new Error(
        `${describeTakeover(plan).trim()}\nRun \`npm run up -- -s ${name}\` once: it asks what is to become of it.`,
      );
    }
    await this.#pulumi(env, ["stack", "init", "--no-select"]);
  }

  /** What a move to the declared versions changes, and what it means for running leases. */
  async #versions(): Promise<string[]> {
    return describeVersionPlan(await readVersionPlan(this.site.config, await this.#cluster()));
  }

  #pulumi(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<EngineRun> {
    return runEngine([...args, "--stack", this.site.name, "--non-interactive"], {
      cwd: PROJECT,
      env,
      output: "capture",
    });
  }

  get #stack(): Stack {
    const { name, config } = this.site;
    return { name, file: `Pulumi.${name}.yaml`, site: config, embedded: config.network === "devnet" };
  }

  async #open(more: NodeJS.ProcessEnv = {}): Promise<{ engine: SiteEngine; env: NodeJS.ProcessEnv }> {
    const env = { ...this.#toolchain, ...(await stackEnvironment(this.#stack)), ...more };
    return { engine: new SiteEngine({ project: PROJECT, stack: this.site.name, env }), env };
  }
}

function outcomeOf({ changes, update }: SiteRun): SiteOutcome {
  const { same: _, ...done } = changes;
  return {
    result: Object.keys(done).length === 0 ? "unchanged" : "updated",
    changes,
    ...(update === undefined ? {} : { update }),
  };
}

/** The stack's outputs, secret ones hidden, as the engine read them from the state. */
function outputsIn(events: SiteRun["events"]): StackOutputs | undefined {
  const root = events.findLast(
    ({ resOutputsEvent }) => resOutputsEvent?.metadata.type === "pulumi:pulumi:Stack",
  );
  const state = root?.resOutputsEvent?.metadata;
  return state?.old?.outputs ?? state?.new?.outputs;
}

/** A run that mandatory policies stopped has failed by them, not by what the engine says of it. */
function refused(error: unknown): unknown {
  if (!(error instanceof EngineRunFailed)) return error;
  const violations = violationsOf(error.events);
  const mandatory = violations.some(({ enforcement }) => enforcement === "mandatory");
  return mandatory ? new PolicyRefusal(violations) : error;
}
