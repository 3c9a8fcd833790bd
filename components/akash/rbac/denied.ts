import type { Subject } from "./types.ts";

/** Something that must not be allowed, as a SubjectAccessReview asks it. */
export interface Denied {
  readonly subjects: readonly Subject[];
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

const everyone: readonly Subject[] = [
  "akash-provider",
  "operator-hostname",
  "operator-inventory",
  "operator-inventory-hardware-discovery",
  "operator-ip",
];
const operators = everyone.filter((subject) => subject !== "akash-provider");

/**
 * What RBAC must deny. Where the provider needs a permission in leases' namespaces, RBAC cannot deny it
 * elsewhere; the lease boundary does, and has its own list.
 */
export const DENIED: readonly Denied[] = [
  // The cluster itself.
  ...["create", "update", "patch", "delete"].map((verb) =>
    deny(everyone, verb, "rbac.authorization.k8s.io", "clusterroles"),
  ),
  ...["create", "update", "patch", "delete"].map((verb) =>
    deny(everyone, verb, "rbac.authorization.k8s.io", "clusterrolebindings"),
  ),
  ...["bind", "escalate"].flatMap((verb) => [
    deny(everyone, verb, "rbac.authorization.k8s.io", "roles"),
    deny(everyone, verb, "rbac.authorization.k8s.io", "clusterroles"),
  ]),
  ...["users", "groups", "serviceaccounts"].map((resource) => deny(everyone, "impersonate", "", resource)),
  deny(everyone, "delete", "", "nodes"),
  deny(everyone, "create", "", "nodes/proxy"),
  deny(everyone, "get", "", "nodes/proxy"),
  deny(
    everyone.filter((subject) => subject !== "operator-inventory"),
    "patch",
    "",
    "nodes",
  ),
  deny(everyone, "create", "", "persistentvolumes"),
  deny(everyone, "create", "", "serviceaccounts/token"),
  deny(everyone, "update", "apiextensions.k8s.io", "customresourcedefinitions"),
  deny(everyone, "create", "certificates.k8s.io", "certificatesigningrequests"),
  ...["validatingadmissionpolicies", "validatingwebhookconfigurations"].map((resource) =>
    deny(everyone, "update", "admissionregistration.k8s.io", resource),
  ),
  deny(everyone, "create", "admissionregistration.k8s.io", "mutatingwebhookconfigurations"),
  deny(everyone, "update", "scheduling.k8s.io", "priorityclasses"),

  // Secrets, the wallet's above all.
  ...["list", "watch", "patch", "deletecollection"].map((verb) => deny(everyone, verb, "", "secrets")),
  ...["get", "create", "update", "delete"].map((verb) => deny(operators, verb, "", "secrets")),
  { ...deny(operators, "get", "", "secrets"), namespace: "akash-services", name: "akash-provider-keyring" },
  { ...deny(operators, "get", "", "secrets"), namespace: "kube-system" },

  // Running something.
  deny(everyone, "create", "apps", "daemonsets"),
  deny(everyone, "create", "batch", "jobs"),
  deny(everyone, "create", "batch", "cronjobs"),
  ...["create", "update"].flatMap((verb) => [
    deny(operators, verb, "apps", "deployments"),
    deny(operators, verb, "apps", "statefulsets"),
  ]),
  deny(operators, "create", "", "pods/exec"),
  deny(everyone, "create", "", "pods/attach"),
  deny(everyone, "create", "", "pods/portforward"),
  deny(everyone, "update", "", "pods/ephemeralcontainers"),
  deny(
    everyone.filter((subject) => subject !== "operator-inventory"),
    "create",
    "",
    "pods",
  ),
  { ...deny(["operator-inventory"], "create", "", "pods"), namespace: "kube-system" },
  { ...deny(["operator-inventory"], "delete", "", "pods"), namespace: "lease" },

  // Leases, for those who only carry traffic to them or only count.
  ...["create", "delete"].map((verb) => deny(operators, verb, "", "namespaces")),
  ...["create", "update", "delete"].map((verb) => deny(operators, verb, "akash.network", "manifests")),
  deny(everyone, "get", "akash.network", "manifests"),
  ...["create", "update", "delete"].map((verb) =>
    deny(operators, verb, "networking.k8s.io", "networkpolicies"),
  ),
];

function deny(subjects: readonly Subject[], verb: string, group: string, resource: string): Denied {
  return { subjects, verb, group, resource };
}
