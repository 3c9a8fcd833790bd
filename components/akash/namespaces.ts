import { LEASE_NAMESPACE, SERVICES_NAMESPACE } from "./names.ts";

/** A namespace and all labels it carries: one more, or one less, is drift. */
export interface NamespacePlan {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Namespaces that provider and operators look for by name and label. */
export const NAMESPACES: readonly NamespacePlan[] = [
  {
    name: SERVICES_NAMESPACE,
    labels: {
      "akash.network": "true",
      "akash.network/name": SERVICES_NAMESPACE,
      // The inventory operator's discovery pods mount /sys, which only this level allows.
      "pod-security.kubernetes.io/enforce": "privileged",
    },
  },
  {
    name: LEASE_NAMESPACE,
    // Holds custom resources only, never a pod.
    labels: { "akash.network": "true", "pod-security.kubernetes.io/enforce": "restricted" },
  },
];
