import { readVersionPlan } from "../../commands/versions.ts";
import { gpuAttributes } from "../../components/gpu/attributes.ts";
import type { ObservedSite } from "../../components/site/observe.ts";
import { describeVersionPlan } from "../../components/versions/plan.ts";
import { describeViolations, loadPolicyPacks, PolicyRefusal, violationsOf } from "../../policies/index.ts";
import { EngineRunFailed, type Judges, type SiteRun } from "./siteEngine.ts";
import type { SiteStack } from "./siteStack.ts";

/**
 * The policy pack with the site's settings.
 *
 * @param observed what the nodes offer, where it was read already
 */
export async function policiesOf(
  { site: { config } }: Pick<SiteStack, "site">,
  observed?: Pick<ObservedSite, "gpu">,
): Promise<Judges> {
  // A cluster that is yet to be made offers nothing.
  const known = observed !== undefined && config.nodes === undefined;
  const detected = known ? gpuAttributes(observed.gpu.devices).map(({ key }) => key) : undefined;
  return loadPolicyPacks(config, detected === undefined ? {} : { detected });
}

/** What a preview shows besides the changes: advisory policies, and what a move to other versions means for leases. */
export async function remarksOn(stack: SiteStack, events: SiteRun["events"]): Promise<string[]> {
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
