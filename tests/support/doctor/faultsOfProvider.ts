import { writeFileSync } from "node:fs";
import { image, patch, pod, remove, setting } from "./clusterChanges.ts";
import type { Fault } from "./faultType.ts";
import { PRICING, STATEFUL_SET } from "./objects.ts";

/** Faults of the provider and its operators: how they run and how they are set. */
export const providerFaults: readonly Fault[] = [
  {
    check: "operators",
    what: "the inventory operator is gone",
    make: remove("/apis/apps/v1/namespaces/akash-services/deployments/operator-inventory"),
    evidence: /not available: operator-inventory/,
    inCluster: true,
  },
  {
    check: "provider-pod",
    what: "the provider is scaled to two",
    make: patch(STATEFUL_SET, { spec: { replicas: 2 } }),
    evidence: /scaled to 2, and one wallet/,
    inCluster: true,
  },
  {
    check: "provider-pod",
    what: "the provider is scaled to none",
    make: patch(STATEFUL_SET, { spec: { replicas: 0 } }),
    evidence: /scaled to 0/,
    inCluster: true,
  },
  {
    check: "provider-pod",
    what: "the provider's pod does not start",
    make: patch(`${STATEFUL_SET}/status`, { status: { readyReplicas: 0 } }),
    evidence: /the pod is not ready/,
  },
  {
    check: "provider-image",
    what: "somebody moved the image's tag",
    make: image("0.14.0"),
    evidence: /0\.14\.0; declared is/,
    inCluster: true,
  },
  {
    check: "provider-endpoint",
    what: "the provider is set to an endpoint that is gone",
    make: setting({ AP_NODE: "http://127.0.0.1:2" }),
    evidence: /127\.0\.0\.1:2/,
    inCluster: true,
  },
  {
    check: "second-signer",
    what: "another provider runs with the same wallet",
    make: async ({ cluster, owner }) => {
      const container = {
        name: "provider",
        image: "ghcr.io/akash-network/provider:0.16.2",
        args: ["provider-services", "run", "--from", owner],
      };
      const old = pod("old-provider", { spec: { containers: [container] } });
      await cluster.request("POST", "/api/v1/namespaces/default/pods", old);
    },
    evidence: /Pod default\/old-provider runs a provider that signs with this site's wallet/,
    inCluster: true,
  },
  {
    check: "foreign-transactions",
    what: "the wallet signs while the provider is stopped",
    make: async (world) => {
      await patch(`${STATEFUL_SET}/status`, { status: { readyReplicas: null } })(world);
      writeFileSync(
        world.historyFile,
        JSON.stringify([
          {
            at: new Date().toISOString(),
            chainId: world.chain.network.chainId,
            owner: world.owner,
            sequence: 4,
            providerRan: false,
            funds: "20000000",
          },
        ]),
      );
    },
    circumstance: ["provider-pod"],
    evidence: /3 transactions since/,
  },
  {
    check: "literal-variables",
    what: "a setting is the name of a variable",
    make: setting({ KEY_SECRET: "$KEY_SECRET" }),
    evidence: /KEY_SECRET is `\$KEY_SECRET`/,
    inCluster: true,
  },
  {
    check: "monitor-retries",
    what: "the binary's own retries are left",
    make: setting({ AP_MONITOR_MAX_RETRIES: undefined, AP_MONITOR_RETRY_PERIOD: undefined }),
    evidence: /40 retries of 4 s, 3 minutes: a node's maintenance/,
    inCluster: true,
  },
  {
    check: "network-policies",
    what: "network policies are switched off",
    make: setting({ AP_DEPLOYMENT_NETWORK_POLICIES_ENABLED: "false" }),
    evidence: /switched off/,
    inCluster: true,
  },
  {
    check: "static-hosts",
    what: "leases get no host name",
    make: setting({ AP_DEPLOYMENT_INGRESS_STATIC_HOSTS: undefined }),
    evidence: /STATIC_HOSTS is not true/,
    inCluster: true,
  },
  {
    check: "price-script",
    what: "the price script does not know uact",
    make: patch(PRICING, { data: { "price.jq": null, "price.sh": "echo 1" } }),
    evidence: /does not know uact/,
    inCluster: true,
  },
  {
    check: "gpu-prices",
    what: "the price of GPUs is for another model",
    make: patch(PRICING, { data: { "prices.json": JSON.stringify({ gpu: { h100: 900 }, otherGpu: 900 }) } }),
    evidence: /rtx5090 costs what the dearest other model does \(900/,
    inCluster: true,
  },
];
