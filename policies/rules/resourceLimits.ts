import { containersOf, hasPods } from "../kubernetes.ts";
import type { Rule } from "../types.ts";
import { record } from "../values.ts";

/** What every container has to say. A CPU limit only slows it down when CPUs are idle, so none is demanded. */
const DEMANDED = [
  ["requests", "cpu"],
  ["requests", "memory"],
  ["limits", "memory"],
] as const;

/**
 * Every container says what it needs and what it may take.
 *
 * Severity: medium. What asks for nothing is not counted: the inventory offers tenants memory that is in use, and what
 * has no limit takes a lease's memory on a full node. Remedy: requests of CPU and memory, and a limit of memory.
 */
export const resourceLimits: Rule = {
  name: "resource-limits",
  severity: "medium",
  enforcement: "mandatory",
  demand: "Containers request CPU and memory and have a limit of memory.",
  reason: "What is not counted is offered to tenants a second time.",
  remedy: "Add `resources` with `requests` of cpu and memory and a `limits` of memory.",
  appliesTo: hasPods,
  findings: (resource) =>
    containersOf(resource).flatMap(({ name, fields }) => {
      const resources = record(fields["resources"]);
      const absent = DEMANDED.filter(([group, unit]) => !(unit in record(resources[group])));
      if (absent.length === 0) return [];
      return [`its container ${name} has no ${absent.map((path) => path.join(".")).join(", ")}`];
    }),
};
