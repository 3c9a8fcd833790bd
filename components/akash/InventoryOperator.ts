import { createHash } from "node:crypto";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import type * as pulumi from "@pulumi/pulumi";
import { inventoryVariables } from "./environment/operators.ts";
import { planEnvironment } from "./environment/types.ts";
import { type InventoryConfig, planInventoryConfig } from "./inventoryConfig.ts";
import { metadata } from "./metadata.ts";
import { HARDWARE_DISCOVERY, INVENTORY_OPERATOR, SERVICES_NAMESPACE } from "./names.ts";
import { Operator } from "./Operator.ts";
import type { ReleaseArgs } from "./release.ts";
import { ServiceAccess } from "./ServiceAccess.ts";
import { akashImages } from "./versions.ts";
import { CONFIG_FILE } from "./workloads/operator.ts";

export interface InventoryOperatorArgs extends ReleaseArgs, InventoryConfig {
  /** Namespace of Rook Ceph, where that is the cluster's storage. Default: none. */
  readonly cephNamespace?: string;
}

/**
 * The operator that counts what can be leased: it labels nodes with their GPUs and storage and streams the
 * inventory to the provider.
 *
 * @example
 * new InventoryOperator("garage-inventory", { storageClasses: ["beta3"] }, { dependsOn: [namespaces] });
 */
export class InventoryOperator extends Operator {
  constructor(name: string, args: InventoryOperatorArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const config = planInventoryConfig(args);
    const access = {
      ingressMode: "gateway" as const,
      registryCredentials: false,
      attestation: false,
      cephNamespace: args.cephNamespace,
    };
    super(
      "akash:akash:InventoryOperator",
      name,
      {
        component: "inventory",
        image: args.image ?? akashImages(args.version).provider,
        environment: planEnvironment(inventoryVariables, { configFile: CONFIG_FILE }),
        config: {
          configMap: INVENTORY_OPERATOR,
          checksum: createHash("sha256").update(config).digest("hex"),
        },
      },
      access,
      opts,
    );
    new ConfigMap(
      `${name}-config`,
      {
        metadata: metadata(INVENTORY_OPERATOR, { namespace: SERVICES_NAMESPACE }),
        data: { "config.yaml": config },
      },
      { parent: this },
    );
    new ServiceAccess(
      `${name}-discovery`,
      { subject: HARDWARE_DISCOVERY, options: access },
      { parent: this },
    );
  }
}
