import { defaultSecret, gatewayName, gatewayNamespace, provider, wildcardSecret } from "./names.ts";

/** A listener of the Gateway, as `gateway.networking.k8s.io/v1` has it. */
export interface Listener {
  readonly name: string;
  readonly port: number;
  readonly protocol: "HTTP" | "HTTPS" | "TCP";
  readonly hostname?: string;
  readonly tls?: {
    readonly mode: "Terminate";
    readonly certificateRefs: readonly { readonly kind: "Secret"; readonly name: string }[];
  };
  readonly allowedRoutes: {
    readonly namespaces: { readonly from: "All" };
    readonly kinds?: readonly { readonly group: string; readonly kind: string }[];
  };
}

/** Leases live in namespaces of their own, so routes come from all of them. */
const anyNamespace = { namespaces: { from: "All" } } as const;
const tcpRoutes = { kinds: [{ group: "gateway.networking.k8s.io", kind: "TCPRoute" }] } as const;

function terminate(secret: string) {
  return { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: secret }] } as const;
}

/**
 * The Gateway's listeners: HTTP, the provider's two ports, HTTPS for `*.ingress.<domain>`, and HTTPS for the
 * domains that tenants bring (upstream chart `akash-gateway`).
 */
export function gatewayListeners(domain: string): Listener[] {
  return [
    { name: "http", port: 80, protocol: "HTTP", allowedRoutes: anyNamespace },
    ...provider.ports.map(
      (port): Listener => ({
        name: `tcp-${port}`,
        port,
        protocol: "TCP",
        allowedRoutes: { ...anyNamespace, ...tcpRoutes },
      }),
    ),
    {
      name: "https-wildcard",
      port: 443,
      protocol: "HTTPS",
      hostname: `*.ingress.${domain}`,
      tls: terminate(wildcardSecret),
      allowedRoutes: anyNamespace,
    },
    {
      name: "https-custom",
      port: 443,
      protocol: "HTTPS",
      tls: terminate(defaultSecret),
      allowedRoutes: anyNamespace,
    },
  ];
}

/** A TCPRoute without its metadata. */
export interface ProviderRoute {
  readonly name: string;
  readonly spec: {
    readonly parentRefs: readonly {
      readonly name: string;
      readonly namespace: string;
      readonly sectionName: string;
    }[];
    readonly rules: readonly {
      readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
    }[];
  };
}

/**
 * Routes from the provider's listeners to its Service. They are in the Service's own namespace, so no
 * ReferenceGrant is needed.
 */
export function providerRoutes(): ProviderRoute[] {
  return provider.ports.map((port) => ({
    name: `${provider.name}-${port}`,
    spec: {
      parentRefs: [{ name: gatewayName, namespace: gatewayNamespace, sectionName: `tcp-${port}` }],
      rules: [{ backendRefs: [{ name: provider.name, port }] }],
    },
  }));
}

/** CRDs that the objects here and the hostname operator use. */
const usedCrds: ReadonlySet<string> = new Set(
  ["gatewayclasses", "gateways", "httproutes", "referencegrants", "tcproutes"].map(
    (kind) => `${kind}.gateway.networking.k8s.io`,
  ),
);

/**
 * Whether a CRD of the bundle is installed: all of the stable group where a controller runs, which watches
 * them; only the used ones where none does.
 */
export function isNeededCrd(name: string, controller: "chart" | "none"): boolean {
  return controller === "chart" ? name.endsWith(".gateway.networking.k8s.io") : usedCrds.has(name);
}

/** A policy of NGINX Gateway Fabric for the whole Gateway, without its metadata's namespace. */
export interface GatewayPolicy {
  readonly kind: "ClientSettingsPolicy" | "ProxySettingsPolicy";
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Bodies up to 2000 MB and larger buffers, as leases had with ingress-nginx (upstream chart `akash-gateway`). */
export function gatewayPolicies(): GatewayPolicy[] {
  const target = { group: "gateway.networking.k8s.io", kind: "Gateway", name: gatewayName };
  return [
    {
      kind: "ClientSettingsPolicy",
      name: "global-client-settings",
      spec: { targetRef: target, body: { maxSize: "2000m" } },
    },
    {
      kind: "ProxySettingsPolicy",
      name: "global-proxy-settings",
      spec: {
        targetRefs: [target],
        buffering: { bufferSize: "16k", buffers: { number: 4, size: "32k" }, busyBuffersSize: "32k" },
      },
    },
  ];
}
