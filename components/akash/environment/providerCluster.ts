import { PORTS } from "../names.ts";
import type { ProviderSettings } from "./settings.ts";
import type { Variable } from "./types.ts";

const RUN = "cmd/provider-services/cmd/run.go";

/** The cluster, and how leases run and are reached. */
export function clusterVariables<Text>(): readonly Variable<ProviderSettings<Text>, Text>[] {
  return [
    {
      name: "AP_CLUSTER_K8S",
      chart: "AKASH_CLUSTER_K8S",
      value: () => "true",
      because: "without it the binary runs no workloads at all",
    },
    {
      name: "AP_CLUSTER_PUBLIC_HOSTNAME",
      chart: "AKASH_CLUSTER_PUBLIC_HOSTNAME",
      value: (site) => `provider.${site.domain}`,
      because: "host of forwarded ports in a lease's status, and of the gateway's certificate",
    },
    {
      name: "AP_CLUSTER_NODE_PORT_QUANTITY",
      chart: "AKASH_CLUSTER_NODE_PORT_QUANTITY",
      value: (site) => String(site.nodePorts),
      because: "the binary's default is one port for all leases",
    },
    {
      name: "AP_DEPLOYMENT_INGRESS_DOMAIN",
      chart: "AKASH_DEPLOYMENT_INGRESS_DOMAIN",
      value: (site) => `ingress.${site.domain}`,
      because: "leases appear below it",
    },
    {
      name: "AP_DEPLOYMENT_INGRESS_STATIC_HOSTS",
      chart: "AKASH_DEPLOYMENT_INGRESS_STATIC_HOSTS",
      value: () => "true",
      because: "the binary's default is false: leases would get no host name of their own",
    },
    {
      name: "AP_DEPLOYMENT_NETWORK_POLICIES_ENABLED",
      chart: "DEPLOYMENT_NETWORK_POLICIES_ENABLED",
      value: () => "true",
      because: "the chart's name lacks the prefix and does nothing; leases are kept apart only with this",
    },
    {
      name: "AP_DEPLOYMENT_BLOCKED_HOSTNAMES",
      chart: "AKASH_DEPLOYMENT_BLOCKED_HOSTNAMES",
      value: ({ domain, blockedHostnames }) => [`provider.${domain}`, ...blockedHostnames].join(","),
      because: "no lease may take the provider's own host name",
    },
    {
      name: "AP_DEPLOYMENT_RUNTIME_CLASS",
      chart: "AKASH_DEPLOYMENT_RUNTIME_CLASS",
      value: () => "none",
      because: "the binary's default is gvisor, which no site has unless it installs it",
    },
    {
      name: "AP_INGRESS_MODE",
      chart: "AP_INGRESS_MODE",
      value: (site) => (site.ingressMode === "gateway" ? "gateway-api" : "ingress"),
      because: "cluster/kube/builder/settings.go",
    },
    {
      name: "AP_GATEWAY_NAME",
      chart: "AP_GATEWAY_NAME",
      value: (site) => (site.ingressMode === "gateway" ? site.gateway.name : undefined),
      because: RUN,
    },
    {
      name: "AP_GATEWAY_NAMESPACE",
      chart: "AP_GATEWAY_NAMESPACE",
      value: (site) => (site.ingressMode === "gateway" ? site.gateway.namespace : undefined),
      because: RUN,
    },
    {
      name: "AP_GATEWAY_PROVIDER",
      chart: "AP_GATEWAY_IMPLEMENTATION",
      value: (site) => (site.ingressMode === "gateway" ? "nginx" : undefined),
      because: `the flag is gateway-provider (${RUN}); the chart's name is read by nothing`,
    },
    {
      name: "AP_IP_OPERATOR",
      chart: "AKASH_IP_OPERATOR",
      value: (site) => String(site.ipOperator),
      because: "the provider waits for the operator when it is true",
    },
    {
      name: "AP_OVERCOMMIT_PCT_CPU",
      chart: "AKASH_OVERCOMMIT_PCT_CPU",
      value: (site) => String(site.overcommit.cpu),
      because: RUN,
    },
    {
      name: "AP_OVERCOMMIT_PCT_MEM",
      chart: "AKASH_OVERCOMMIT_PCT_MEM",
      value: (site) => String(site.overcommit.memory),
      because: RUN,
    },
    {
      name: "AP_OVERCOMMIT_PCT_STORAGE",
      chart: "AKASH_OVERCOMMIT_PCT_STORAGE",
      value: (site) => String(site.overcommit.storage),
      because: RUN,
    },
    {
      name: "AP_MONITOR_MAX_RETRIES",
      chart: "AKASH_MONITOR_MAX_RETRIES",
      value: (site) => String(site.monitor.maxRetries),
      because: "the binary's default closes a lease after some 8 minutes; this keeps it a day",
    },
    {
      name: "AP_MONITOR_RETRY_PERIOD",
      chart: "AKASH_MONITOR_RETRY_PERIOD",
      value: (site) => `${site.monitor.retryPeriodSeconds}s`,
      because: "cluster/monitor.go",
    },
    {
      name: "AP_MONITOR_RETRY_PERIOD_JITTER",
      chart: "AKASH_MONITOR_RETRY_PERIOD_JITTER",
      value: (site) => `${site.monitor.retryJitterSeconds}s`,
      because: "cluster/monitor.go",
    },
    {
      name: "AP_GATEWAY_TLS_CERT",
      value: (site) => (site.tlsFolder === undefined ? undefined : `${site.tlsFolder}/tls.crt`),
      because:
        "browsers reach the provider with a certificate they trust; of a change the probe learns (workloads/liveness.ts)",
    },
    {
      name: "AP_GATEWAY_TLS_KEY",
      value: (site) => (site.tlsFolder === undefined ? undefined : `${site.tlsFolder}/tls.key`),
      because: "cmd/certs.go",
    },
    {
      name: "AP_METRICS_LISTENER",
      value: () => `0.0.0.0:${PORTS.metrics}`,
      because: `without it there are no metrics (${RUN}); the chart does not expose it`,
    },
    {
      name: "AP_ATTESTATION_WEBHOOK_ENABLED",
      chart: "AKASH_ATTESTATION_WEBHOOK_ENABLED",
      value: (site) => (site.attestationImage === undefined ? undefined : "true"),
      because: RUN,
    },
    {
      name: "AP_ATTESTATION_SIDECAR_IMAGE",
      chart: "AKASH_ATTESTATION_SIDECAR_IMAGE",
      value: (site) => site.attestationImage,
      because: RUN,
    },
    {
      name: "AP_ATTESTATION_WEBHOOK_PORT",
      chart: "AKASH_ATTESTATION_WEBHOOK_PORT",
      value: (site) => (site.attestationImage === undefined ? undefined : String(PORTS.attestation)),
      because: RUN,
    },
  ];
}
