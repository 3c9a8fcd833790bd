import { akashLabels, containersOf, hasPods, isKind, metadataOf, podSpecOf, specOf } from "../kubernetes.ts";
import type { DeclaredResource, Rule } from "../types.ts";
import { list, record, text, texts } from "../values.ts";

/** Capabilities with which a container gets out of itself. */
const ESCAPES = ["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "NET_ADMIN", "DAC_READ_SEARCH"];
const LEASE_CLASSES = ["default", "beta1", "beta2", "beta3"];

/**
 * No pod is privileged or shares what belongs to its node, and what tenants are given is no path of a node.
 *
 * Severity: critical. A tenant who gets out of a container through a privileged neighbour or a host path has the
 * machine, and with it every other lease. Remedy: drop the privilege; what needs the host (drivers, device plugins)
 * comes with its own operator, in a namespace of its own.
 */
export const noHostAccess: Rule = {
  name: "no-host-access",
  severity: "critical",
  enforcement: "mandatory",
  demand: "No pod is privileged, shares its node's namespaces or mounts its paths, and neither may leases.",
  reason: "Whoever gets out of such a container has the machine, and with it every lease on it.",
  remedy: "Drop the privilege, or use a volume instead of a path of the node.",
  appliesTo: (resource) =>
    hasPods(resource) || isKind(resource, "PersistentVolume") || isLeaseNamespace(resource),
  findings(resource) {
    if (isKind(resource, "PersistentVolume")) return volumeFindings(resource);
    if (isKind(resource, "Namespace")) return namespaceFindings(resource);
    return [...podFindings(podSpecOf(resource)), ...containersOf(resource).flatMap(containerFindings)];
  },
};

function isLeaseNamespace(resource: DeclaredResource): boolean {
  if (!isKind(resource, "Namespace")) return false;
  return metadataOf(resource).name === "lease" || "akash.network/lease.id.owner" in akashLabels(resource);
}

function namespaceFindings(resource: DeclaredResource): string[] {
  const level = metadataOf(resource).labels["pod-security.kubernetes.io/enforce"];
  return level === "privileged" ? ["its pod security level for leases is privileged"] : [];
}

function volumeFindings(resource: DeclaredResource): string[] {
  const { hostPath, storageClassName } = specOf(resource);
  const offered = LEASE_CLASSES.includes(text(storageClassName) ?? "");
  const path = text(record(hostPath)["path"]);
  return offered && path !== undefined ? [`it gives leases the path ${path} of a node`] : [];
}

function podFindings(spec: Readonly<Record<string, unknown>>): string[] {
  const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((field) => spec[field] === true);
  const paths = list(spec["volumes"]).flatMap((item) => text(record(record(item)["hostPath"])["path"]) ?? []);
  return [
    ...shared.map((field) => `its pods have ${field}`),
    ...paths.map((path) => `its pods mount the path ${path} of their node`),
  ];
}

function containerFindings({
  name,
  fields,
}: {
  name: string;
  fields: Readonly<Record<string, unknown>>;
}): string[] {
  const security = record(fields["securityContext"]);
  const added = texts(record(security["capabilities"])["add"]).filter((capability) =>
    ESCAPES.includes(capability.replace(/^CAP_/, "")),
  );
  return [
    ...(security["privileged"] === true ? [`its container ${name} is privileged`] : []),
    ...added.map((capability) => `its container ${name} has the capability ${capability}`),
  ];
}
