import { LEASE_NAMESPACE, SERVICES_NAMESPACE } from "../names.ts";
import type { IngressMode } from "./settings.ts";
import type { Variable } from "./types.ts";

const COMMON = "operator/common/operator_flags.go";

/** Every operator asks for its own pod, to learn its port. */
const pod: readonly Variable<unknown, never>[] = [
  { name: "AP_POD_NAME", chart: "AP_POD_NAME", field: "metadata.name", because: `DetectPort in ${COMMON}` },
  {
    name: "AP_POD_NAMESPACE",
    chart: "AP_POD_NAMESPACE",
    value: () => SERVICES_NAMESPACE,
    because: `DetectPort in ${COMMON}`,
  },
];

/** Namespace and pace of the loops: the binary's own defaults, written down so that a change is seen. */
const loops: readonly Variable<unknown, never>[] = [
  { name: "AP_K8S_MANIFEST_NS", chart: "AP_K8S_MANIFEST_NS", value: () => LEASE_NAMESPACE, because: COMMON },
  { name: "AP_PRUNE_INTERVAL", chart: "AP_PRUNE_INTERVAL", value: () => "600s", because: COMMON },
  { name: "AP_WEB_REFRESH_INTERVAL", chart: "AP_WEB_REFRESH_INTERVAL", value: () => "5s", because: COMMON },
  { name: "AP_RETRY_DELAY", chart: "AP_RETRY_DELAY", value: () => "3s", because: COMMON },
  ...(
    [
      ["AP_IGNORE_LIST_ENTRY_LIMIT", "131072"],
      ["AP_IGNORE_LIST_AGE_LIMIT", "2613600s"],
      ["AP_EVENT_FAILURE_LIMIT", "3"],
    ] as const
  ).map(([name, value]) => ({
    name,
    chart: name,
    value: () => value,
    because: "operator/common/ignore_list_config.go",
  })),
];

const HOSTNAME = "operator/hostname/cmd.go";

/** What decides the hostname operator's environment. */
export interface HostnameSettings {
  readonly ingressMode: IngressMode;
  readonly gateway: { readonly name: string; readonly namespace: string };
}

/** Variables of the hostname operator (chart akash-hostname-operator). */
export const hostnameVariables: readonly Variable<HostnameSettings, never>[] = [
  ...pod,
  ...loops,
  {
    name: "AP_INGRESS_MODE",
    chart: "AP_INGRESS_MODE",
    value: ({ ingressMode }) => (ingressMode === "gateway" ? "gateway-api" : "ingress"),
    because: HOSTNAME,
  },
  {
    name: "AP_GATEWAY_NAME",
    chart: "AP_GATEWAY_NAME",
    value: ({ ingressMode, gateway }) => (ingressMode === "gateway" ? gateway.name : undefined),
    because: HOSTNAME,
  },
  {
    name: "AP_GATEWAY_NAMESPACE",
    chart: "AP_GATEWAY_NAMESPACE",
    value: ({ ingressMode, gateway }) => (ingressMode === "gateway" ? gateway.namespace : undefined),
    because: HOSTNAME,
  },
  {
    name: "AP_GATEWAY_PROVIDER",
    chart: "AP_GATEWAY_IMPLEMENTATION",
    value: ({ ingressMode }) => (ingressMode === "gateway" ? "nginx" : undefined),
    because: `the flag is gateway-provider (${HOSTNAME}); the chart's name is read by nothing`,
  },
];

/** Variables of the inventory operator (chart akash-inventory-operator). */
export const inventoryVariables: readonly Variable<{ readonly configFile: string }, never>[] = [
  ...pod,
  {
    name: "AP_CONFIG",
    chart: "AP_CONFIG",
    value: ({ configFile }) => configFile,
    because: "operator/inventory/cmd.go",
  },
];

/** What decides the IP operator's environment. */
export interface IpSettings<Text> {
  /** Provider whose leased addresses it serves. */
  readonly owner: Text | string;
  readonly metalLbPool?: string;
}

/** Variables of the IP operator (chart akash-ip-operator). */
export function ipVariables<Text>(): readonly Variable<IpSettings<Text>, Text>[] {
  return [
    ...pod,
    ...loops,
    { name: "AP_PROVIDER", chart: "AP_PROVIDER", value: ({ owner }) => owner, because: COMMON },
    {
      name: "AP_METAL_LB_POOL",
      value: ({ metalLbPool }) => metalLbPool,
      because: "operator/ip/cmd.go; unset uses MetalLB's default pool",
    },
  ];
}
