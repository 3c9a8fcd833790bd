import type { EngineEvent } from "../../commands/engineEvents.ts";
import { detectedOn } from "../../commands/policies.ts";
import { readVersionPlan, upgradeWarning } from "../../commands/versions.ts";
import type { ObservedSite } from "../../components/site/observe.ts";
import { describeVersionPlan } from "../../components/versions/plan.ts";
import {
  describeExceptions,
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

/** A site's exceptions with their reasons, which every run repeats. */
export const exceptionsOf = ({ site: { config } }: Pick<SiteStack, "site">) => describeExceptions(config);

/** What policies said of a run without stopping it. */
export const advisoriesIn = (events: readonly EngineEvent[]) => describeViolations(violationsOf(events));

/**
 * What a preview shows besides the changes: exceptions from policies and advisory ones, what a move to other versions
 * means for leases, and an upgrade that the chain has announced.
 */
export async function remarksOn(stack: SiteStack, events: readonly EngineEvent[]): Promise<string[]> {
  const { config } = stack.site;
  const [plan, upgrade] = await Promise.all([
    stack.cluster().then((cluster) => readVersionPlan(config, cluster)),
    // What could be compared is shown, whether or not the chain still answers.
    upgradeWarning(config).catch(() => undefined),
  ]);
  return [
    ...exceptionsOf(stack),
    ...advisoriesIn(events),
    ...describeVersionPlan(plan),
    ...(upgrade === undefined ? [] : [upgrade]),
  ];
}

/** A run that mandatory policies stopped has failed by them, not by what the engine says of it. */
export function refusalIn(error: unknown): PolicyRefusal | undefined {
  if (!(error instanceof EngineRunFailed)) return undefined;
  const violations = violationsOf(error.events);
  return violations.some(({ enforcement }) => enforcement === "mandatory")
    ? new PolicyRefusal(violations)
    : undefined;
}
