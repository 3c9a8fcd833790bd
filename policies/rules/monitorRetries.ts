import { environmentOf, providerContainer } from "../kubernetes.ts";
import type { Rule } from "../types.ts";

/** A node's reboot with its disk check, or a night until somebody can look at it. */
const LEAST_HOURS = 24;

/** What the binary does by itself: 40 retries, about 8 minutes. */
const BINARY = { retries: 40, seconds: 12 };

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
    const environment = container === undefined ? {} : environmentOf(container);
    const retries = Number(environment["AP_MONITOR_MAX_RETRIES"] ?? BINARY.retries);
    const seconds = secondsOf(environment["AP_MONITOR_RETRY_PERIOD"]);
    const hours = (retries * seconds) / 3600;
    if (hours >= LEAST_HOURS) return [];
    return [`it closes a lease that was unhealthy for ${Math.round(hours * 10) / 10} hours`];
  },
};

const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** Seconds of a duration as Go writes it: 30s, 4m16s, 1h. */
function secondsOf(duration: string | undefined): number {
  if (duration === undefined) return BINARY.seconds;
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
  return parts.reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
}
