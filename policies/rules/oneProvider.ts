import { isKind, metadataOf, providerContainer, specOf } from "../kubernetes.ts";
import type { DeclaredResource, Rule } from "../types.ts";
import { record, text } from "../values.ts";

/**
 * There is exactly one provider process.
 *
 * Severity: critical. Two processes sign with one wallet: their transactions refuse each other by sequence, and both
 * bid, so that leases are won which the other does not know of. Remedy: one StatefulSet of one replica, whose pod is
 * gone before the next one starts.
 */
export const oneProvider: Rule = {
  name: "one-provider",
  severity: "critical",
  enforcement: "mandatory",
  demand: "The provider is one StatefulSet of exactly one replica.",
  reason: "Two providers sign with one wallet: transactions fail, and leases are won that nobody serves.",
  remedy: "Declare one StatefulSet with `replicas: 1`, and no autoscaler for it.",
  appliesTo: (resource) => providerContainer(resource) !== undefined || scales(resource),
  findings(resource, { declared }) {
    if (scales(resource)) return ["it scales the provider, which must have one replica"];
    const { replicas } = specOf(resource);
    const other = declared.find((item) => item.urn !== resource.urn && providerContainer(item) !== undefined);
    return [
      ...(isKind(resource, "StatefulSet") ? [] : ["it runs the provider and is no StatefulSet"]),
      ...(replicas === undefined || replicas === 1
        ? []
        : [`it runs ${String(replicas)} replicas of the provider`]),
      ...(other === undefined ? [] : [`it runs a provider, and so does ${other.name}`]),
    ];
  },
};

function scales(resource: DeclaredResource): boolean {
  const target = record(specOf(resource)["scaleTargetRef"]);
  return (
    isKind(resource, "HorizontalPodAutoscaler") &&
    (text(target["name"]) ?? metadataOf(resource).name) === "akash-provider"
  );
}
