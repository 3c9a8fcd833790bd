import { writeFileSync } from "node:fs";
import type { Cluster } from "../../../components/cluster/index.ts";
import type { Fault } from "./faultType.ts";
import { LEASE_NAMESPACE, PRICING, STATEFUL_SET } from "./objects.ts";

const MERGE = "application/merge-patch+json";
const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
const GPU_NODE = "/api/v1/nodes/embedded-2";

const patch =
  (path: string, body: object) =>
  async ({ cluster }: { readonly cluster: Cluster }) =>
    void (await cluster.request("PATCH", path, body, MERGE));
const remove =
  (path: string) =>
  async ({ cluster }: { readonly cluster: Cluster }) =>
    void (await cluster.request("DELETE", path));

type Variables = readonly { readonly name: string; readonly value?: string }[];

/** Changes variables of the provider's container; undefined takes one away. */
const setting =
  (changes: Readonly<Record<string, string | undefined>>) =>
  async ({ cluster }: { readonly cluster: Cluster }) => {
    type Set = { spec: { template: { spec: { containers: { env: Variables }[] } } } };
    const found = (await cluster.get(STATEFUL_SET)) as Set;
    const [container] = found.spec.template.spec.containers;
    const kept = (container?.env ?? []).filter(({ name }) => !(name in changes));
    const added = Object.entries(changes).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value }],
    );
    const containers = [{ ...container, env: [...kept, ...added] }];
    await cluster.request("PATCH", STATEFUL_SET, { spec: { template: { spec: { containers } } } }, MERGE);
  };

const pod = (name: string, rest: object) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, ...(rest as { metadata?: object }).metadata },
  // Nobody places it on a node, so that nothing but the test writes its status.
  spec: {
    schedulerName: "nobody",
    containers: [{ name: "main", image: "busybox:1.37" }],
    ...(rest as { spec?: object }).spec,
  },
});

/** Faults of what is in the cluster and on its machines. */
export const clusterFaults: readonly Fault[] = [
  {
    check: "cluster",
    what: "the API server cuts connections",
    make: ({ api }) => {
      if (api !== undefined) api.down = true;
    },
    evidence: /can't be reached/,
  },
  {
    check: "nodes",
    what: "a node is not ready",
    make: patch(`${GPU_NODE}/status`, { status: { conditions: [{ type: "Ready", status: "False" }] } }),
    evidence: /not ready: embedded-2/,
  },
  {
    check: "disk-pressure",
    what: "a node's disk is full",
    make: patch(`${GPU_NODE}/status`, {
      status: {
        conditions: [
          { type: "Ready", status: "True" },
          { type: "DiskPressure", status: "True" },
        ],
      },
    }),
    evidence: /embedded-2: DiskPressure/,
  },
  {
    check: "clock",
    what: "the machine is minutes behind the API server",
    make: ({ api }) => {
      if (api !== undefined) api.skewMs = 300_000;
    },
    evidence: /this machine is (29|30)\d s behind/,
  },
  {
    check: "namespaces",
    what: "a namespace has lost its label",
    make: patch("/api/v1/namespaces/lease", { metadata: { labels: { "akash.network": null } } }),
    evidence: /lease lacks akash\.network=true/,
    inCluster: true,
  },
  {
    check: "definitions",
    what: "a custom resource is not served",
    make: remove("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/providerhosts.akash.network"),
    evidence: /not established: providerhosts/,
    inCluster: true,
  },
  {
    check: "storage-classes",
    what: "a storage class has no label",
    make: patch("/apis/storage.k8s.io/v1/storageclasses/beta3", {
      metadata: { labels: { "akash.network": null } },
    }),
    evidence: /beta3 lacks the label/,
    inCluster: true,
  },
  {
    check: "gpu",
    what: "a card is no longer offered after a reboot",
    make: patch(`${GPU_NODE}/status`, { status: { allocatable: { "nvidia.com/gpu": "0" } } }),
    evidence: /offers no GPU to pods \(allocatable is 0\)/,
    inCluster: true,
  },
  {
    check: "runtime-class",
    what: "the runtime class of GPU leases is missing",
    make: remove("/apis/node.k8s.io/v1/runtimeclasses/nvidia"),
    evidence: /no RuntimeClass nvidia/,
    inCluster: true,
  },
  {
    check: "failed-pods",
    what: "a lease's pod was evicted",
    make: async ({ cluster }) => {
      const labels = { "akash.network/manifest-service": "web" };
      await cluster.request("POST", `${LEASE_NAMESPACE}/pods`, pod("web-old", { metadata: { labels } }));
      const status = { status: { phase: "Failed", reason: "Evicted" } };
      await cluster.request("PATCH", `${LEASE_NAMESPACE}/pods/web-old/status`, status, MERGE);
    },
    evidence: /1: lease-1\/web-old \(Evicted\)/,
    inCluster: true,
  },
  {
    check: "cluster-admin",
    what: "the provider's account has all rights",
    make: async ({ cluster }) =>
      void (await cluster.request("POST", BINDINGS, {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "by-hand" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ kind: "ServiceAccount", namespace: "akash-services", name: "akash-provider" }],
      })),
    evidence: /by-hand/,
    inCluster: true,
  },
  {
    check: "leftovers",
    what: "a binding of the official chart is left",
    make: async ({ cluster }) =>
      void (await cluster.request("POST", BINDINGS, {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "operator-inventory", annotations: { "meta.helm.sh/release-name": "inventory" } },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "operator-inventory" },
        subjects: [{ kind: "ServiceAccount", namespace: "akash-services", name: "operator-inventory" }],
      })),
    evidence: /ClusterRoleBinding operator-inventory/,
    inCluster: true,
  },
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
    make: async ({ cluster }) => {
      type Set = { spec: { template: { spec: { containers: object[] } } } };
      const found = (await cluster.get(STATEFUL_SET)) as Set;
      const containers = found.spec.template.spec.containers.map((item) => ({
        ...item,
        image: "ghcr.io/akash-network/provider:0.14.0",
      }));
      await cluster.request("PATCH", STATEFUL_SET, { spec: { template: { spec: { containers } } } }, MERGE);
    },
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
    evidence: /40 retries of 4 s, 0\.0 h: a node's maintenance/,
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
  {
    check: "ingress",
    what: "the ingress class is missing",
    make: remove("/apis/networking.k8s.io/v1/ingressclasses/akash-ingress-class"),
    evidence: /no IngressClass/,
    inCluster: true,
  },
  {
    check: "ingress-ports",
    what: "the ingress listens on NodePorts",
    make: patch("/api/v1/namespaces/ingress-nginx/services/ingress-nginx-controller", {
      spec: {
        type: "NodePort",
        ports: [
          { name: "http", port: 80, nodePort: 30080 },
          { name: "https", port: 443, nodePort: 30443 },
        ],
      },
    }),
    evidence: /80 is 30080, 443 is 30443/,
    inCluster: true,
  },
];
