import { MERGE, patch, pod, remove } from "./clusterChanges.ts";
import type { Fault } from "./faultType.ts";
import { ADMISSION, LEASE_NAMESPACE } from "./objects.ts";

const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
const GPU_NODE = "/api/v1/nodes/embedded-2";

/** Faults of the cluster itself and of what leases need in it. */
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
    check: "gpu-isolation",
    what: "a device plugin lets leases name their GPUs",
    make: async ({ cluster }) => {
      const labels = { name: "nvidia-device-plugin-ds" };
      const containers = [{ name: "plugin", image: "nvcr.io/nvidia/k8s-device-plugin:v0.17.0" }];
      await cluster.request("POST", "/apis/apps/v1/namespaces/kube-system/daemonsets", {
        apiVersion: "apps/v1",
        kind: "DaemonSet",
        metadata: { name: "nvidia-device-plugin" },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
      });
    },
    evidence: /kube-system\/nvidia-device-plugin tells containers their GPUs by NVIDIA_VISIBLE_DEVICES/,
    inCluster: true,
  },
  {
    check: "lease-isolation",
    what: "the API server has no admission policies that change objects",
    make: remove(ADMISSION),
    evidence: /leases can reach 100\.64\.0\.0\/10/,
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
