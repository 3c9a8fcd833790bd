import type { PolicyName } from "../components/site/policyNames.ts";

export type Severity = "low" | "medium" | "high" | "critical";

/** A resource as a program declares it. */
export interface DeclaredResource {
  /** Type token, for example `kubernetes:apps/v1:StatefulSet`. */
  readonly type: string;
  /** Its name in the program. */
  readonly name: string;
  readonly urn: string;
  /** What is declared; what a preview does not know yet is `undefined`. */
  readonly props: Readonly<Record<string, unknown>>;
}

/** What a rule looks at besides the resource itself. */
export interface RuleContext {
  /** Every resource declared so far in this run, the one that is judged among them. */
  readonly declared: readonly DeclaredResource[];
  /** The rule's settings, as `loadPolicyArgs` hands them over; empty without them. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What a rule found: a sentence without its full stop that names what is wrong, not what to do. */
export type Finding = string;

/** Something that should have been declared and was not. */
export interface Missing {
  /** Where it is missed. */
  readonly resource: DeclaredResource;
  readonly finding: Finding;
}

/** One policy: what is demanded, of what, why, and what to do where it is not met. */
export interface Rule {
  readonly name: PolicyName;
  readonly severity: Severity;
  /** Whether a violation stops `up`, or is only said. */
  readonly enforcement: "mandatory" | "advisory";
  /** What is demanded, in a sentence. */
  readonly demand: string;
  /** What happens to those who do without it, in a sentence. */
  readonly reason: string;
  /** What to do, in a sentence. */
  readonly remedy: string;
  /** Whether the rule has anything to say of such a resource. */
  appliesTo(resource: DeclaredResource): boolean;
  /** What is wrong with a resource that the rule applies to. Pure. */
  findings(resource: DeclaredResource, context: RuleContext): readonly Finding[];
  /** What is missing once everything is declared. */
  missing?(resources: readonly DeclaredResource[]): readonly Missing[];
}
