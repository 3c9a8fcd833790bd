import type { KubernetesObject } from "../../unit/akash/declared.ts";
import { ofRelease, record } from "./officialSetUp.ts";

const RELEASE = "akash-gateway";
const GATEWAY = { name: "akash-gateway", namespace: "akash-gateway" };
const PORTS = [8443, 8444, 5002];

/**
 * Stand-in for what upstream's chart `akash-gateway` 1.2.0 leaves behind, the last that had port 5002 for the HTTP
 * challenge of Let's Encrypt. Beside it a class and namespace of the ingress-nginx that it came after. The
 * controller's own policies are left out, as their definitions are those of its chart.
 */
export function officialGateway(domain: string): KubernetesObject[] {
  const metadata = ofRelease(RELEASE, { "app.kubernetes.io/name": RELEASE }, GATEWAY.namespace);
  const everywhere = { namespaces: { from: "All" } };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: GATEWAY.namespace } },
    {
      ...{ apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway" },
      metadata: { ...GATEWAY, ...metadata },
      spec: {
        gatewayClassName: "nginx",
        listeners: [
          { name: "http", port: 80, protocol: "HTTP", allowedRoutes: everywhere },
          ...PORTS.map((port) => ({ name: `tcp-${port}`, port, protocol: "TCP", allowedRoutes: everywhere })),
          {
            ...{ name: "https-wildcard", port: 443, protocol: "HTTPS", allowedRoutes: everywhere },
            hostname: `*.ingress.${domain}`,
            tls: { mode: "Terminate", certificateRefs: [{ name: "wildcard-ingress-tls" }] },
          },
        ],
      },
    },
    ...PORTS.map(
      (port): KubernetesObject => ({
        ...{ apiVersion: "gateway.networking.k8s.io/v1alpha2", kind: "TCPRoute" },
        metadata: { name: `akash-provider-${port}`, namespace: "akash-services", ...metadata },
        spec: {
          parentRefs: [{ ...GATEWAY, sectionName: `tcp-${port}` }],
          rules: [{ backendRefs: [{ name: "akash-provider", port, namespace: "akash-services" }] }],
        },
      }),
    ),
    record(RELEASE, 1, GATEWAY.namespace),
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "ingress-nginx" } },
    {
      ...{ apiVersion: "networking.k8s.io/v1", kind: "IngressClass" },
      metadata: { name: "akash-ingress-class", ...ofRelease("ingress-nginx", {}, "ingress-nginx") },
      spec: { controller: "k8s.io/ingress-nginx" },
    },
  ];
}
