import { RULES } from "./rules/index.ts";
import type { Finding, Rule } from "./types.ts";

/** What the engine is told of a resource's violations of a rule; it puts the rule's demand above it. */
export function violationText(rule: Rule, findings: readonly Finding[]): string {
  const text = findings.join("; ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}. ${rule.reason} ${rule.remedy}`;
}

/** The part of an engine event that tells of a violation (`sdk/go/common/apitype/events.go`). */
export interface PolicyEvent {
  readonly resourceUrn?: string;
  readonly message: string;
  readonly policyName: string;
  readonly enforcementLevel: string;
  readonly severity?: string;
}

/** A violation as a run of the engine reported it. */
export interface Violation {
  readonly policy: string;
  /** `mandatory` stopped the run. */
  readonly enforcement: "mandatory" | "advisory";
  readonly severity: string;
  /** Name of the resource in the program. */
  readonly resource: string;
  /** What is wrong, why it matters and what to do. */
  readonly message: string;
}

/** The violations among a run's events, each once. */
export function violationsOf(events: readonly { readonly policyEvent?: PolicyEvent }[]): Violation[] {
  const found = events.flatMap(({ policyEvent }): Violation[] =>
    policyEvent === undefined ? [] : [violationOf(policyEvent)],
  );
  return [...new Map(found.map((violation) => [JSON.stringify(violation), violation])).values()];
}

function violationOf(event: PolicyEvent): Violation {
  const rule = RULES.find(({ name }) => name === event.policyName);
  const lines = event.message.split("\n").map((line) => line.trim());
  return {
    policy: event.policyName,
    enforcement: event.enforcementLevel === "mandatory" ? "mandatory" : "advisory",
    severity: event.severity ?? rule?.severity ?? "medium",
    resource: event.resourceUrn?.split("::").at(-1) ?? "",
    message: lines.filter((line) => line !== "" && line !== rule?.demand).join(" "),
  };
}

/** Violations as lines for a person: rule, resource, what is wrong, what to do. */
export function describeViolations(violations: readonly Violation[]): string[] {
  return violations.map(
    ({ policy, severity, resource, message }) => `- ${policy} (${severity}), ${resource}: ${message}`,
  );
}

/** What is declared violates policies of the site that are mandatory. */
export class PolicyRefusal extends Error {
  override readonly name = "PolicyRefusal";
  readonly violations: readonly Violation[];

  constructor(violations: readonly Violation[]) {
    const mandatory = violations.filter(({ enforcement }) => enforcement === "mandatory");
    const count = mandatory.length === 1 ? "A policy refuses this site" : "Policies refuse this site";
    super(
      [
        `${count}:`,
        ...describeViolations(mandatory),
        "Where a rule does not fit your site, set it in its stack file with your reason: policies: { <rule>: { enforcement: advisory, because: … } }.",
      ].join("\n"),
    );
    this.violations = violations;
  }
}
