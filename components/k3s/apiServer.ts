import { OptionInvalid } from "./errors.ts";

/** Default of `evictionSeconds`. */
export const EVICTION_SECONDS = 3600;

/** Kubernetes minors in which mutating admission policies are there but off. */
const MUTATING_ADMISSION_OFF = [34, 35];

/**
 * Arguments of an API server that leases run under, without dashes; the embedded cluster's has them too.
 *
 * Pods tolerate an unready node for as long as `seconds`; Kubernetes's 300 would end every pod of a machine that
 * reboots. Mutating admission policies are switched on where they are there: with them leases are kept out of
 * 100.64.0.0/10 and the site's own networks.
 *
 * @param minor of Kubernetes 1.x
 * @throws OptionInvalid
 */
export function apiServerArguments(minor: number, seconds = EVICTION_SECONDS): string[] {
  if (!Number.isInteger(seconds) || seconds < 60) {
    throw new OptionInvalid(`\`evictionSeconds\` is ${seconds}. Give whole seconds, at least 60.`);
  }
  return [
    `default-not-ready-toleration-seconds=${seconds}`,
    `default-unreachable-toleration-seconds=${seconds}`,
    ...(MUTATING_ADMISSION_OFF.includes(minor)
      ? [
          "feature-gates=MutatingAdmissionPolicy=true",
          "runtime-config=admissionregistration.k8s.io/v1beta1=true",
        ]
      : []),
  ];
}
