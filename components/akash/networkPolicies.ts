import {
  HARDWARE_DISCOVERY_LABELS,
  HOSTNAME_OPERATOR,
  INVENTORY_OPERATOR,
  IP_OPERATOR,
  operatorLabels,
  PORTS,
  PROVIDER_LABELS,
  PROVIDER_NAME,
} from "./names.ts";

/** Who may come in: everybody, or pods and namespaces with these labels. */
type Peer =
  | { readonly podSelector: { readonly matchLabels: Record<string, string> } }
  | { readonly namespaceSelector: { readonly matchLabels: Record<string, string> } };

/** An ingress NetworkPolicy of the services' namespace. */
export interface IngressPolicy {
  readonly name: string;
  readonly spec: {
    readonly podSelector: { readonly matchLabels: Record<string, string> };
    readonly policyTypes: ["Ingress"];
    readonly ingress: {
      readonly from?: Peer[];
      readonly ports: { readonly protocol: "TCP"; readonly port: number }[];
    }[];
  };
}

export interface NetworkPolicyOptions {
  /** Namespaces that may read metrics, by name; default none. */
  readonly metricsNamespaces: readonly string[];
  readonly ipOperator: boolean;
  readonly attestation: boolean;
}

const provider: Peer = { podSelector: { matchLabels: { ...PROVIDER_LABELS } } };

/**
 * Who may talk to provider and operators: the world to the provider's two gateways, the provider to its
 * operators, the API server to what it calls itself (its address is not a pod's, so those ports are open), and
 * nobody else. Pods of others in the namespace, such as a node of the chain or cert-manager's solvers, are left alone,
 * and so is egress: the endpoint, the price sources and the API server may be anywhere.
 */
export function planNetworkPolicies(options: NetworkPolicyOptions): IngressPolicy[] {
  const monitors: Peer[] = options.metricsNamespaces.map((name) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  }));
  return [
    policy(PROVIDER_NAME, PROVIDER_LABELS, [
      open(PORTS.gateway, PORTS.grpc, ...(options.attestation ? [PORTS.attestation] : [])),
      ...(monitors.length === 0 ? [] : [{ ...open(PORTS.metrics), from: monitors }]),
    ]),
    policy(HOSTNAME_OPERATOR, operatorLabels("hostname"), [
      { ...open(PORTS.operatorRest), from: [provider] },
    ]),
    policy(INVENTORY_OPERATOR, operatorLabels("inventory"), [
      { ...open(PORTS.operatorRest, PORTS.inventoryGrpc), from: [provider] },
    ]),
    // The inventory operator reads it through the API server (pods/proxy); it tells CPU, memory and PCI devices.
    policy("hardware-discovery", HARDWARE_DISCOVERY_LABELS, [open(PORTS.inventoryGrpc)]),
    ...(options.ipOperator
      ? [policy(IP_OPERATOR, operatorLabels("ip"), [{ ...open(PORTS.operatorRest), from: [provider] }])]
      : []),
  ];
}

function policy(
  name: string,
  labels: Readonly<Record<string, string>>,
  ingress: IngressPolicy["spec"]["ingress"],
): IngressPolicy {
  return { name, spec: { podSelector: { matchLabels: { ...labels } }, policyTypes: ["Ingress"], ingress } };
}

function open(...ports: number[]): IngressPolicy["spec"]["ingress"][number] {
  return { ports: ports.map((port) => ({ protocol: "TCP", port })) };
}
