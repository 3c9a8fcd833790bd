import type { EngineEvent } from "../../commands/engineEvents.ts";
import { detectedOn } from "../../commands/policies.ts";
import { readVersionPlan } from "../../commands/versions.ts";
import type { ObservedSite } from "../../components/site/observe.ts";
import { describeVersionPlan } from "../../components/versions/plan.ts";
import {
  describeViolations,
  loadPolicyArgs,
  loadPolicyPacks,
  PolicyRefusal,
  violationsOf,
} from "../../policies/index.ts";
import { EngineRunFailed } from "./outcome.ts";
import type { Judges } from "./siteEngine.ts";
import type { SiteStack } from "./siteStack.ts";

/**
 * The policy pack with the site's settings.
 *
 * @param observed what the nodes offer
 */
export async function policiesOf(
  { site: { config } }: Pick<SiteStack, "site">,
  observed: Pick<ObservedSite, "gpu">,
): Promise<Judges> {
  return loadPolicyPacks(config, detectedOn(config, observed));
}

/** The policy pack as flags of a preview; what the nodes offer was not read. */
export const policyFlagsOf = ({ site: { config } }: Pick<SiteStack, "site">) => loadPolicyArgs(config);

/** What a preview shows besides the changes: advisory policies, and what a move to other versions means for leases. */
export async function remarksOn(stack: SiteStack, events: readonly EngineEvent[]): Promise<string[]> {
  const plan = await readVersionPlan(stack.site.config, await stack.cluster());
  return [...describeViolations(violationsOf(events)), ...describeVersionPlan(plan)];
}

/** A run that mandatory policies stopped has failed by them, not by what the engine says of it. */
export function refusalIn(error: unknown): PolicyRefusal | undefined {
  if (!(error instanceof EngineRunFailed)) return undefined;
  const violations = violationsOf(error.events);
  return violations.some(({ enforcement }) => enforcement === "mandatory")
    ? new PolicyRefusal(violations)
    : undefined;
}
