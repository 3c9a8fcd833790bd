import { isKind } from "../kubernetes.ts";
import type { DeclaredResource, Rule } from "../types.ts";
import { list, record, text, texts } from "../values.ts";

const UNLIMITED_ROLE = "cluster-admin";
/** Verbs with which an account gives itself everything else. */
const SELF_SERVICE = ["bind", "escalate", "impersonate"];
/** Groups that hold everybody, or whose members nothing is denied. */
const TOO_WIDE = ["system:masters", "system:unauthenticated", "system:authenticated"];

/**
 * No cluster-admin and no wildcards in RBAC.
 *
 * Severity: critical. The provider runs what strangers send it and upstream binds it to cluster-admin: whoever breaks
 * into it then owns the cluster, the wallet's key included. Remedy: a role with the calls that are made, as in
 * `components/akash/rbac`, where each rule names the upstream file it comes from.
 */
export const noClusterAdmin: Rule = {
  name: "no-cluster-admin",
  severity: "critical",
  enforcement: "mandatory",
  demand: "Nobody is bound to cluster-admin, and no role has wildcards.",
  reason: "Whoever breaks into such an account owns the cluster and the wallet's key in it.",
  remedy: "Name the groups, resources and verbs that are really used; components/akash/rbac shows how.",
  appliesTo: (resource) => isKind(resource, "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"),
  findings: (resource) =>
    isKind(resource, "Role", "ClusterRole") ? roleFindings(resource) : bindingFindings(resource),
};

function roleFindings({ props }: DeclaredResource): string[] {
  return list(props["rules"]).flatMap((item) => {
    const rule = record(item);
    const wild = ["apiGroups", "resources", "verbs", "nonResourceURLs"].filter((field) =>
      texts(rule[field]).some((value) => value === "*" || value === "*/*"),
    );
    const gained = texts(rule["verbs"]).filter((verb) => SELF_SERVICE.includes(verb));
    return [
      ...wild.map((field) => `its rules have the wildcard * in ${field}`),
      ...gained.map((verb) => `its rules allow \`${verb}\`, with which an account gives itself all others`),
    ];
  });
}

function bindingFindings({ props }: DeclaredResource): string[] {
  const role = text(record(props["roleRef"])["name"]);
  const wide = list(props["subjects"]).flatMap((item) => text(record(item)["name"]) ?? []);
  return [
    ...(role === UNLIMITED_ROLE ? [`it binds its subjects to ${UNLIMITED_ROLE}`] : []),
    ...wide.filter((name) => TOO_WIDE.includes(name)).map((name) => `it binds the group ${name}`),
  ];
}
