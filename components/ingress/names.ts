/** Namespace and name of the Gateway that the hostname operator attaches leases' routes to. */
export const gatewayName = "akash-gateway";
export const gatewayNamespace = "akash-gateway";

/** IngressClass that the provider names in leases' Ingress objects (`cluster/kube/builder/ingress.go`). */
export const ingressClassName = "akash-ingress-class";

/** The lease network policy lets in what comes from here (`cluster/kube/builder/netpol.go`). */
export const classicNamespace = "ingress-nginx";

/** The provider's Service and its ports, which are passed through as they are: it ends TLS itself. */
export const provider = {
  name: "akash-provider",
  namespace: "akash-services",
  ports: [8443, 8444],
} as const;

/** Secrets that the HTTPS listeners read, under the names of upstream's chart `akash-gateway`. */
export const wildcardSecret = "wildcard-ingress-tls";
export const defaultSecret = "akash-default-tls";

/** Marks what belongs to the network; the provider and the inventory look for it. */
export const akashLabel = { "akash.network": "true" } as const;

/** Objects only this program writes: a hand edit is undone and not a conflict. */
export const ownedExclusively = { "pulumi.com/patchForce": "true" } as const;
