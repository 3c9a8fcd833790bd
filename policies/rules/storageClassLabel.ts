import { isKind, metadataOf } from "../kubernetes.ts";
import type { Rule } from "../types.ts";

const LEASE_CLASSES = ["beta1", "beta2", "beta3", "default"];

/**
 * StorageClasses with the names that tenants ask for carry the label by which they are counted.
 *
 * Severity: high. Without `akash.network: "true"` the inventory operator passes a class over in silence; providers
 * have gone without persistent storage for months (akash-network/support#645). Remedy: the label.
 */
export const storageClassLabel: Rule = {
  name: "storage-class-label",
  severity: "high",
  enforcement: "mandatory",
  demand: 'StorageClasses for leases carry the label akash.network: "true".',
  reason: "Without it the inventory passes the class over in silence, and no bid offers it.",
  remedy: 'Add the label akash.network: "true" to its metadata.',
  appliesTo: (resource) =>
    isKind(resource, "StorageClass") && LEASE_CLASSES.includes(metadataOf(resource).name),
  findings(resource) {
    const { name, labels } = metadataOf(resource);
    return labels["akash.network"] === "true" ? [] : [`the class ${name} lacks the label akash.network`];
  },
};
