import { gpuAttributes } from "../components/gpu/attributes.ts";
import type { SiteConfig } from "../components/site/config.ts";
import type { ObservedSite } from "../components/site/observe.ts";
import {
  describeExceptions,
  describeViolations,
  loadPolicyArgs,
  type PolicyArgsOptions,
  PolicyRefusal,
  type Violation,
  violationsOf,
} from "../policies/index.ts";
import { EngineError, type EngineRun } from "./engine.ts";
import type { Stack } from "./stack.ts";

/** What the policy pack is told of a site's nodes: what they offer. A cluster that is yet to be made offers nothing. */
export function detectedOn(
  { nodes }: Pick<SiteConfig, "nodes">,
  observed: Pick<ObservedSite, "gpu">,
): Pick<PolicyArgsOptions, "detected"> {
  if (nodes !== undefined) return {};
  return { detected: gpuAttributes(observed.gpu.devices).map(({ key }) => key) };
}

/**
 * The engine's arguments for judging a site by the policy pack. The site's exceptions are said with their reasons.
 *
 * @param observed what the nodes offer, where it was read already
 */
export async function policyArgs({ site }: Stack, observed?: Pick<ObservedSite, "gpu">): Promise<string[]> {
  for (const line of describeExceptions(site)) process.stderr.write(`${line}\n`);
  return loadPolicyArgs(site, observed && detectedOn(site, observed));
}

/**
 * Waits for a run of the engine and says in sentences what the policy pack found in it.
 *
 * @returns the run, and the violations that did not stop it
 * @throws PolicyRefusal when mandatory policies stopped it
 */
export async function judged(run: Promise<EngineRun>): Promise<EngineRun & { violations: Violation[] }> {
  const result = await run.catch((error: unknown) => {
    const violations = error instanceof EngineError ? violationsOf(error.events) : [];
    if (violations.some(({ enforcement }) => enforcement === "mandatory"))
      throw new PolicyRefusal(violations);
    throw error;
  });
  const violations = violationsOf(result.events);
  if (violations.length > 0) {
    process.stderr.write(`${["Policies, advisory:", ...describeViolations(violations)].join("\n")}\n`);
  }
  return { ...result, violations };
}
