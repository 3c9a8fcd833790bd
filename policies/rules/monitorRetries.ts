import { inHours, monitorRetries as retriesOf } from "../../components/akash/monitorRetries.ts";
import { environmentOf, providerContainer } from "../kubernetes.ts";
import type { Rule } from "../types.ts";

/** A node's reboot with its disk check, or a night until somebody can look at it. */
const LEAST_HOURS = 24;

/**
 * The provider goes on looking at an unhealthy lease for longer than a reboot takes.
 *
 * Severity: critical. By itself the binary closes a lease that was unhealthy for eight minutes; whole sites have lost
 * all leases to one maintenance (akash-network/support#14, #15, #245). Remedy: `AP_MONITOR_MAX_RETRIES` times
 * `AP_MONITOR_RETRY_PERIOD` of at least a day.
 */
export const monitorRetries: Rule = {
  name: "monitor-retries",
  severity: "critical",
  enforcement: "mandatory",
  demand: `An unhealthy lease is retried for at least ${LEAST_HOURS} hours.`,
  reason: "By itself the provider closes a lease after eight minutes, and a reboot then costs all of them.",
  remedy: "Set AP_MONITOR_MAX_RETRIES and AP_MONITOR_RETRY_PERIOD so that their product is a day.",
  appliesTo: (resource) => providerContainer(resource) !== undefined,
  findings(resource) {
    const container = providerContainer(resource);
    const { hours } = retriesOf(container === undefined ? {} : environmentOf(container));
    if (hours >= LEAST_HOURS) return [];
    if (Number.isNaN(hours)) return ["its settings are not a number and a duration such as 30s"];
    return [`it closes a lease that was unhealthy for ${inHours(hours)}`];
  },
};
