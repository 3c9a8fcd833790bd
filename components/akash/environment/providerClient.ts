import type { ProviderSettings } from "./settings.ts";
import type { Variable } from "./types.ts";

/** Wallet, chain and transactions. */
export function clientVariables<Text>(): readonly Variable<ProviderSettings<Text>, Text>[] {
  return [
    {
      name: "HOME",
      value: (site) => site.home,
      because: "the image's user has no home; the default kubeconfig path is below it (flags/kubeconfig.go)",
    },
    {
      name: "AP_HOME",
      chart: "AKASH_HOME",
      value: (site) => site.home,
      because: "holds keyring-test, <address>.pem and pconfig.db",
    },
    {
      name: "AP_FROM",
      chart: "AKASH_FROM",
      value: (site) => site.keyName,
      because: "name of the one signing key",
    },
    {
      name: "AP_KEYRING_BACKEND",
      chart: "AKASH_KEYRING_BACKEND",
      value: () => "test",
      because: "the only backend without a prompt; RBAC and encryption at rest guard the Secret",
    },
    {
      name: "AP_NODE",
      chart: "AKASH_NODE",
      value: (site) => site.network.rpc,
      because: "a proven endpoint: the binary needs its /websocket",
    },
    {
      name: "AP_CHAIN_ID",
      chart: "AKASH_CHAIN_ID",
      value: (site) => site.network.chainId,
      because: "part of every signature",
    },
    {
      name: "AP_BROADCAST_MODE",
      chart: "AKASH_BROADCAST_MODE",
      value: () => "block",
      because: "waits for the block, as the binary does by default (chain-sdk go/cli/root.go)",
    },
    {
      name: "AP_YES",
      chart: "AKASH_YES",
      value: () => "true",
      because: "nobody is there to confirm",
    },
    {
      name: "AP_LOG_LEVEL",
      chart: "AKASH_LOG_LEVEL",
      value: (site) => site.logLevel,
      because: "info shows orders and bids",
    },
    {
      name: "AP_GAS",
      chart: "AKASH_GAS",
      value: () => "auto",
      because: "the adjustment works only with a simulated limit",
    },
    {
      name: "AP_GAS_ADJUSTMENT",
      chart: "AKASH_GAS_ADJUSTMENT",
      value: () => "1.5",
      because: "simulation underestimates withdrawals of many leases",
    },
    {
      name: "AP_GAS_PRICES",
      chart: "AKASH_GAS_PRICES",
      value: (site) => site.network.gasPrice ?? "0.025uakt",
      because: "what most endpoints ask as minimum",
    },
    {
      name: "AP_MINIMUM_GAS_PRICES",
      chart: "AP_MINIMUM_GAS_PRICES",
      value: () => "0.0025uakt",
      because: "silences a warning at every start (chain-sdk go/cli/configs.go)",
    },
    {
      name: "AP_TX_BROADCAST_TIMEOUT",
      chart: "AKASH_TX_BROADCAST_TIMEOUT",
      value: () => "60s",
      because: "ten blocks; the default of 30s times out on a busy endpoint",
    },
  ];
}
