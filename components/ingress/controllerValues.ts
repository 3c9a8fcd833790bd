import { classicNamespace, ingressClassName, provider, wildcardSecret } from "./names.ts";

/** NodePorts by the port they stand for; routers forward to them where the node's own ports are taken. */
export const nodePorts = { 80: 30_080, 443: 30_443, 8443: 30_843, 8444: 30_844 } as const;

/** Port of ingress-nginx's admission webhook; 8443, its default, is the provider's. */
export const webhookPort = 7443;

export interface ControllerOptions {
  /** Bind 80, 443, 8443 and 8444 on every node; if not, they are reached by NodePorts. Default: true. */
  readonly hostPorts?: boolean;
}

const modest = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { memory: "1Gi" },
};

/** Values of NGINX Gateway Fabric's chart, as the network's provider documentation sets them. */
export function gatewayFabricValues({ hostPorts = true }: ControllerOptions = {}): Record<string, unknown> {
  const ports = [80, 443, ...provider.ports] as const;
  return {
    nginxGateway: {
      gatewayClassName: "nginx",
      // TCPRoute is in the experimental channel.
      gwAPIExperimentalFeatures: { enable: true },
      productTelemetry: { enable: false },
      resources: modest,
    },
    nginx: {
      kind: "daemonSet",
      // No load balancer on bare machines: waiting for its address would never end.
      service: hostPorts
        ? { type: "ClusterIP" }
        : {
            type: "NodePort",
            nodePorts: ports.map((listenerPort) => ({ listenerPort, port: nodePorts[listenerPort] })),
          },
      container: {
        ...(hostPorts ? { hostPorts: ports.map((port) => ({ port, containerPort: port })) } : {}),
        resources: modest,
      },
    },
  };
}

/** Values of ingress-nginx's chart. The IngressClass is an object of our own. */
export function ingressNginxValues({ hostPorts = true }: ControllerOptions = {}): Record<string, unknown> {
  return {
    controller: {
      kind: "DaemonSet",
      ingressClass: ingressClassName,
      ingressClassResource: {
        enabled: false,
        name: ingressClassName,
        controllerValue: "k8s.io/ingress-nginx",
      },
      hostPort: { enabled: hostPorts },
      admissionWebhooks: { port: webhookPort },
      service: {
        type: "NodePort",
        nodePorts: {
          http: nodePorts[80],
          https: nodePorts[443],
          tcp: Object.fromEntries(provider.ports.map((port) => [String(port), nodePorts[port]])),
        },
      },
      allowSnippetAnnotations: false,
      config: { "compute-full-forwarded-for": "true", "proxy-buffer-size": "16k" },
      extraArgs: {
        "enable-ssl-passthrough": "true",
        "default-ssl-certificate": `${classicNamespace}/${wildcardSecret}`,
      },
      metrics: { enabled: true },
      resources: modest,
    },
    tcp: Object.fromEntries(
      provider.ports.map((port) => [String(port), `${provider.namespace}/${provider.name}:${port}`]),
    ),
  };
}

/** Values of cert-manager's chart; its CRDs outlive it, and with them the certificates. */
export function certManagerValues(mode: "classic" | "gateway"): Record<string, unknown> {
  return {
    crds: { enabled: true, keep: true },
    ...(mode === "gateway"
      ? {
          config: {
            apiVersion: "controller.config.cert-manager.io/v1alpha1",
            kind: "ControllerConfiguration",
            enableGatewayAPI: true,
          },
        }
      : {}),
  };
}
