import type { OmittedVariable } from "./types.ts";

const FLAGS = "cmd/provider-services/cmd/flags.go";
const NO_FLAG = `the binary has no such flag (${FLAGS})`;
const NO_INIT = "there is no init script: keyring and certificate are mounted as they are";
const IN_PRICES = "stands in prices.json, which the price script reads at every bid";
const SCALE = "belongs to the `scale` strategy; prices come from the price script";
const CERT_MANAGER = "the certificate for browsers is cert-manager's and is mounted (AP_GATEWAY_TLS_CERT)";

/** Variables of the provider chart that the pod does not carry. */
export const PROVIDER_OMITTED: readonly OmittedVariable[] = [
  ...["AKASH_BOOT_KEYS"].map((chart) => ({ chart, omitted: NO_INIT })),
  { chart: "AP_YES", omitted: "the init container's name for AKASH_YES; the pod carries AP_YES once" },
  {
    chart: "AKASH_DEBUG",
    omitted: "read by run.sh of the chart only, to start a debugger; we start the binary itself",
  },
  { chart: "AKASH_VERSION", omitted: NO_FLAG },
  {
    chart: "KUBE_CONFIG",
    omitted: `${NO_FLAG}; in a pod the binary takes the ServiceAccount (clientcommon)`,
  },
  ...["AKASH_MONITOR_HEALTHCHECK_PERIOD", "AKASH_MONITOR_HEALTHCHECK_PERIOD_JITTER"].map((chart) => ({
    chart,
    omitted: "0.16.2 has removed the flags (cmd/helpers_test.go asserts it); health is watched, not polled",
  })),
  ...["CPU", "MEMORY", "ENDPOINT", "STORAGE", "IP"].map((unit) => ({
    chart: `AKASH_BID_PRICE_${unit}_SCALE`,
    omitted: SCALE,
  })),
  ...["CPU", "MEMORY", "STORAGE"].map((unit) => ({ chart: `AKASH_BID_PRICE_${unit}`, omitted: NO_FLAG })),
  ...[
    "CPU",
    "MEMORY",
    "HD_EPHEMERAL",
    "HD_PERS_HDD",
    "HD_PERS_SSD",
    "HD_PERS_NVME",
    "ENDPOINT",
    "IP",
    "GPU_MAPPINGS",
  ].map((unit) => ({ chart: `PRICE_TARGET_${unit}`, omitted: IN_PRICES })),
  {
    chart: "WHITELIST_URL",
    omitted: "tenants are declared in prices.json; no list is fetched while a bid waits",
  },
  {
    chart: "DEBUG_BID_SCRIPT",
    omitted: "writes orders and the environment to a file; the provider logs the script's errors",
  },
  ...["AKASH_BID_TIMEOUT", "AKASH_MANIFEST_TIMEOUT"].map((chart) => ({
    chart,
    omitted: "unset in the chart's values; the binary's 5m is the market's own limit",
  })),
  {
    chart: "AKASH_LEASE_FUNDS_MONITOR_INTERVAL",
    omitted: "unset in the chart's values; the binary's 10m suits",
  },
  ...[
    "AKASH_BALANCES_PERIOD",
    "AKASH_QUERY_TIMEOUT",
    "AKASH_CLUSTER_STORAGE",
    "AKASH_DEPLOYMENT_INGRESS_DOMAIN_CONFIG_SECRET_NAME",
    "AKASH_RESOURCE_DEFINITION",
    "AKASH_BID_DEPOSIT_CPU_DENOM",
    "AKASH_BID_DEPOSIT_MEMORY_DENOM",
    "AKASH_BID_DEPOSIT_ENDPOINT_DENOM",
    "AKASH_BID_DEPOSIT_IP_DENOM",
    "AKASH_BID_DEPOSIT_STORAGE_DENOMS",
  ].map((chart) => ({ chart, omitted: NO_FLAG })),
  {
    chart: "AKASH_AUTH_PEM",
    omitted: "the flag is declared and never read; the certificate lies at <home>/<address>.pem",
  },
  ...[
    "AP_CERT_ISSUER_ENABLED",
    "AP_CERT_ISSUER_EMAIL",
    "AP_CERT_ISSUER_CA_DIR_URL",
    "AP_CERT_ISSUER_HTTP_CHALLENGE_PORT",
    "AP_CERT_ISSUER_DNS_PROVIDERS",
    "CF_DNS_API_TOKEN",
    "GCE_SERVICE_ACCOUNT_FILE",
  ].map((chart) => ({ chart, omitted: CERT_MANAGER })),
];
