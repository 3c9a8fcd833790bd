import { stringify } from "yaml";
import { UnsupportedSetting } from "./errors.ts";

/** What the inventory operator offers and what it leaves out. */
export interface InventoryConfig {
  /** Storage classes that leases may use; ones the cluster lacks are ignored. Default: `default`, `beta3`, `ram`. */
  readonly storageClasses?: readonly string[];
  /** Regular expressions for names of nodes that are not leased out. Default: none. */
  readonly excludeNodes?: readonly string[];
}

/**
 * Writes the operator's `config.yaml` (operator/inventory/config.go).
 *
 * @throws {UnsupportedSetting} an expression that is none, for which the operator would not start
 */
export function planInventoryConfig(config: InventoryConfig): string {
  const excludeNodes = config.excludeNodes ?? [];
  for (const expression of excludeNodes) rejectExpression(expression);
  return stringify({
    version: "v1",
    cluster_storage: config.storageClasses ?? ["default", "beta3", "ram"],
    exclude: { nodes: excludeNodes, node_storage: [] },
  });
}

function rejectExpression(expression: string): void {
  try {
    new RegExp(expression);
  } catch {
    throw new UnsupportedSetting(
      "excludeNodes",
      `has \`${expression}\``,
      "Give regular expressions of node names.",
    );
  }
}
