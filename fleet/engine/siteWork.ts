import { differences, type EngineEvent } from "../../commands/engineEvents.ts";
import { isUnknownStack } from "../../commands/stackState.ts";
import type { FleetSite } from "../declaration/resolve.ts";
import type { SiteComparison } from "../rollout/events.ts";
import type { SiteOutcome } from "../rollout/rollout.ts";
import { failureOf } from "./outcome.ts";
import { SiteStack } from "./siteStack.ts";

/** Outputs of a site's stack as the report and the status read them; all of them may be missing. */
export type StackOutputs = Readonly<Record<string, unknown>>;

/** A comparison, with the stack's outputs as they were last deployed. */
export interface Comparison extends SiteComparison {
  readonly outputs?: StackOutputs;
}

const NOTHING = { drift: [], pending: [] } as const;

/**
 * What the fleet does with one site. Every failure is a result with its reason, not an exception.
 *
 * What only a change needs is loaded when something is changed: a look for drift over many sites should cost what the
 * engine costs.
 */
export class SiteWork {
  readonly #stack: SiteStack;

  /** @param toolchain variables with which the engine is found */
  constructor(site: FleetSite, toolchain: NodeJS.ProcessEnv) {
    this.#stack = new SiteStack(site, toolchain);
  }

  /**
   * Reads every managed thing back and tells drift from edits that are not deployed yet.
   *
   * @param judged by the policy pack too, and with what a move to other versions means
   */
  async compare(judged = false): Promise<Comparison> {
    const judge = judged ? await import("./judges.ts") : undefined;
    try {
      const events = await this.#stack.preview((await judge?.policyFlagsOf(this.#stack)) ?? []);
      const remarks = (await judge?.remarksOn(this.#stack, events)) ?? [];
      const outputs = outputsIn(events);
      return {
        result: "compared",
        ...differences(events),
        ...(remarks.length === 0 ? {} : { remarks }),
        ...(outputs === undefined ? {} : { outputs }),
      };
    } catch (error) {
      if (isUnknownStack(error)) return { result: "not-deployed", ...NOTHING };
      // The engine tells a cluster that is gone once for each resource; asking it tells it in a sentence.
      const silent = await this.#stack.reach().catch((reason: unknown) => reason);
      const { result, because } = failureOf(silent ?? judge?.refusalIn(error) ?? error);
      return { result: result as Comparison["result"], because, ...NOTHING };
    }
  }

  /**
   * Brings the site to its declaration.
   *
   * @param say hears what is worth telling besides the result
   */
  async up(phase: (text: string) => void, say: (text: string) => void): Promise<SiteOutcome> {
    const { bringUp } = await import("./siteChange.ts");
    return bringUp(this.#stack, phase, say);
  }

  /**
   * Removes what `up` made.
   *
   * @param withLeases although leases run there: they end
   */
  async destroy(phase: (text: string) => void, withLeases: boolean): Promise<SiteOutcome> {
    const { takeDown } = await import("./siteChange.ts");
    return takeDown(this.#stack, phase, withLeases);
  }

  /** Outputs of the last deployment; undefined where there was none. */
  async outputs(): Promise<StackOutputs | undefined> {
    const run = await this.#stack.pulumi("stack", "output", "--json").catch((error: unknown) => {
      if (isUnknownStack(error)) return undefined;
      throw error;
    });
    return run === undefined ? undefined : (JSON.parse(run.stdout) as StackOutputs);
  }
}

/** The stack's outputs, secret ones hidden, as the engine read them from the state. */
function outputsIn(events: readonly EngineEvent[]): StackOutputs | undefined {
  const root = events.findLast(
    ({ resOutputsEvent }) => resOutputsEvent?.metadata.type === "pulumi:pulumi:Stack",
  );
  const state = root?.resOutputsEvent?.metadata;
  return state?.old?.outputs ?? state?.new?.outputs;
}
