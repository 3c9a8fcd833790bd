/** Rules of the policy pack (`policies/rules`), by the names under which a site sets them. */
export const POLICY_NAMES = [
  "attributes-as-detected",
  "auditors-checklist",
  "contract-ports",
  "host-uri-and-certificate",
  "monitor-retries",
  "network-policies",
  "no-cluster-admin",
  "no-host-access",
  "one-provider",
  "pinned-images",
  "resource-limits",
  "storage-class-label",
  "version-lockstep",
] as const;

export type PolicyName = (typeof POLICY_NAMES)[number];
