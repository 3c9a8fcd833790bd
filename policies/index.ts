/** The policy pack's door for commands and fleet: its rules as data, and how the engine is told to use it. */
export { POLICY_NAMES, type PolicyName } from "../components/site/policyNames.ts";
export {
  describeExceptions,
  loadPolicyArgs,
  loadPolicyPacks,
  POLICY_PACK,
  type PolicyArgsOptions,
  type PolicyPacks,
  policyConfig,
} from "./policyArgs.ts";
export { RULES } from "./rules/index.ts";
export {
  describeViolations,
  type PolicyEvent,
  PolicyRefusal,
  type Violation,
  violationsOf,
} from "./sentences.ts";
export type { DeclaredResource, Missing, Rule, RuleContext, Severity } from "./types.ts";
