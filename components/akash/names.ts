/** Names other software looks things up by. None of them is a matter of taste. */

/** Namespace of provider and operators; the provider's inventory client has it compiled in. */
export const SERVICES_NAMESPACE = "akash-services";

/** Namespace of manifests, provider hosts and leased addresses (`--k8s-manifest-ns`). */
export const LEASE_NAMESPACE = "lease";

/** Namespace and name of the Gateway that leases attach their routes to. */
export const GATEWAY_NAMESPACE = "akash-gateway";
export const GATEWAY_NAME = "akash-gateway";

/** StatefulSet, Service and ServiceAccount of the provider; the gateway's TCPRoutes target the Service. */
export const PROVIDER_NAME = "akash-provider";

/** Services the provider finds its operators by. */
export const HOSTNAME_OPERATOR = "operator-hostname";
export const INVENTORY_OPERATOR = "operator-inventory";
export const IP_OPERATOR = "operator-ip";

/** ServiceAccount the inventory operator gives to the pods it starts on every node. */
export const HARDWARE_DISCOVERY = "operator-inventory-hardware-discovery";

/** Ports by what answers on them. */
export const PORTS = {
  /** Provider: manifests, shell, logs, `/status`. */
  gateway: 8443,
  /** Provider: the same over gRPC. */
  grpc: 8444,
  /** Provider: Prometheus metrics. */
  metrics: 9090,
  /** Provider: admission webhook that adds the attestation sidecar. */
  attestation: 9443,
  /** Operators: `/health` and their own status. */
  operatorRest: 8080,
  /** Inventory operator: the stream that the provider reads. */
  inventoryGrpc: 8081,
} as const;

/** Component names as they stand in the labels that the upstream binaries select by. */
export type OperatorComponent = "hostname" | "inventory" | "ip";

/**
 * Labels of an operator's objects. The provider finds the inventory Service by all four of them
 * (cluster/kube/operators/clients/inventory/client.go); the other operators use the same scheme.
 */
export function operatorLabels(component: OperatorComponent): Record<string, string> {
  return {
    "app.kubernetes.io/name": component,
    "app.kubernetes.io/instance": `${component}-service`,
    "app.kubernetes.io/component": "operator",
    "app.kubernetes.io/part-of": "provider",
  };
}

/** Labels of the pods that the inventory operator starts on every node (operator/inventory/node-discovery.go). */
export const HARDWARE_DISCOVERY_LABELS: Readonly<Record<string, string>> = {
  ...operatorLabels("inventory"),
  "app.kubernetes.io/instance": "inventory-hardware-discovery",
};

/**
 * Labels that select the provider's pod. They are those of the official chart, so that a site it built can be
 * taken over in place: a StatefulSet's selector cannot be changed.
 */
export const PROVIDER_LABELS: Record<string, string> = {
  app: PROVIDER_NAME,
  "app.kubernetes.io/name": "provider",
  "app.kubernetes.io/instance": PROVIDER_NAME,
};
