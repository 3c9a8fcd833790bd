import { akashLabels, isKind, metadataOf, specOf } from "../kubernetes.ts";
import type { DeclaredResource, Missing, Rule } from "../types.ts";
import { list, record } from "../values.ts";

/** Namespaces of ingress controllers, through which tenants' visitors come in. */
const ENTRANCES = ["akash-gateway", "ingress-nginx"];

/**
 * Every namespace that faces leases has a network policy.
 *
 * Severity: high. Without one, every lease's pod may talk to every port of the pods there: operators' status pages,
 * metrics, admission webhooks. Remedy: a NetworkPolicy that opens the ports meant for leases and their visitors.
 */
export const networkPolicies: Rule = {
  name: "network-policies",
  severity: "high",
  enforcement: "mandatory",
  demand: "Each namespace that faces leases has a network policy, and none lets in everything.",
  reason: "Without one, every lease may talk to every port of the pods in it.",
  remedy: "Declare a NetworkPolicy there that opens the ports meant for leases and their visitors.",
  appliesTo: (resource) =>
    facesLeases(resource) || (isKind(resource, "NetworkPolicy") && inFacingNamespace(resource)),
  findings: (resource) =>
    isKind(resource, "NetworkPolicy") && opensEverything(resource)
      ? ["it lets everybody reach every port of its pods"]
      : [],
  missing(resources) {
    // Before the cluster is there a preview may not know yet where a policy goes; the update judges it then.
    if (resources.some(isNowhereYet)) return [];
    const within = (kind: string) =>
      new Set(resources.filter((item) => isKind(item, kind)).map((item) => metadataOf(item).namespace));
    const guarded = within("NetworkPolicy");
    const empty = new Set(resources.filter(allowsNoPods).map((item) => metadataOf(item).namespace));
    return resources.flatMap((resource): Missing[] => {
      const { name } = metadataOf(resource);
      if (!facesLeases(resource) || guarded.has(name) || empty.has(name)) return [];
      return [{ resource, finding: `the namespace ${name} has no network policy` }];
    });
  },
};

function facesLeases(resource: DeclaredResource): boolean {
  if (!isKind(resource, "Namespace")) return false;
  return akashLabels(resource)["akash.network"] === "true" || ENTRANCES.includes(metadataOf(resource).name);
}

function inFacingNamespace(resource: DeclaredResource): boolean {
  const { namespace } = metadataOf(resource);
  return ["akash-services", "lease", ...ENTRANCES].includes(namespace);
}

function isNowhereYet(resource: DeclaredResource): boolean {
  return isKind(resource, "NetworkPolicy") && record(resource.props["metadata"])["namespace"] === undefined;
}

/** A rule without peers and without ports is everything. */
function opensEverything(resource: DeclaredResource): boolean {
  return list(specOf(resource)["ingress"]).some((item) => {
    const { from, ports } = record(item);
    return list(from).length === 0 && list(ports).length === 0;
  });
}

/** A quota of no pods: there is nothing in the namespace to talk to. */
function allowsNoPods(resource: DeclaredResource): boolean {
  return isKind(resource, "ResourceQuota") && String(record(specOf(resource)["hard"])["pods"]) === "0";
}
