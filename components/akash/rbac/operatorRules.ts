import { LEASE_NAMESPACE, SERVICES_NAMESPACE } from "../names.ts";
import type { RbacOptions, Rule } from "./types.ts";

const ownPod: Rule = {
  group: "",
  resource: "pods",
  verbs: ["get"],
  namespace: SERVICES_NAMESPACE,
  source: "operator/common/operator_flags.go (DetectPort)",
};

const gateway = ({ ingressMode }: RbacOptions): boolean => ingressMode === "gateway";
const classic = ({ ingressMode }: RbacOptions): boolean => ingressMode === "classic";

/** What the hostname operator may do: routes in leases' namespaces. */
export const HOSTNAME_RULES: readonly Rule[] = [
  ownPod,
  {
    group: "networking.k8s.io",
    resource: "ingresses",
    verbs: ["get", "list", "create", "update", "deletecollection"],
    source: "operator/hostname/operator.go",
    when: classic,
  },
  {
    group: "gateway.networking.k8s.io",
    resource: "httproutes",
    verbs: ["get", "list", "create", "update", "delete"],
    source: "cluster/kube/gateway/httproute.go through operator/hostname/operator_gateway.go",
    when: gateway,
  },
  {
    group: "akash.network",
    resource: "manifests",
    verbs: ["get"],
    namespace: LEASE_NAMESPACE,
    source: "operator/hostname/operator.go (getManifestGroup)",
  },
  {
    group: "akash.network",
    resource: "providerhosts",
    verbs: ["list", "watch"],
    namespace: LEASE_NAMESPACE,
    source: "operator/hostname/operator.go (observeHostnameState)",
  },
];

/** What the inventory operator may do: see nodes, pods and storage, label nodes, run its discovery pods. */
export const INVENTORY_RULES: readonly Rule[] = [
  {
    group: "",
    resource: "nodes",
    verbs: ["get", "list", "watch", "patch"],
    source: "operator/inventory/node-discovery.go, operator/inventory/cmd.go (informer)",
  },
  {
    group: "",
    resource: "namespaces",
    verbs: ["list", "watch"],
    source: "operator/inventory/cmd.go (informer)",
  },
  {
    group: "",
    resource: "pods",
    verbs: ["list", "watch"],
    source: "operator/inventory/node-discovery.go, operator/inventory/cmd.go (informer)",
  },
  {
    group: "",
    resource: "pods",
    verbs: ["get", "create", "delete"],
    namespace: SERVICES_NAMESPACE,
    source: "operator/inventory/node-discovery.go, operator/inventory/nodes.go, operator/inventory/cmd.go",
  },
  {
    group: "",
    resource: "pods/proxy",
    verbs: ["get"],
    namespace: SERVICES_NAMESPACE,
    source: "operator/inventory/node-discovery.go (reads what a discovery pod found)",
  },
  {
    group: "",
    resource: "persistentvolumes",
    verbs: ["list", "watch"],
    source: "operator/inventory/cmd.go (informer), operator/inventory/rancher.go",
  },
  {
    group: "storage.k8s.io",
    resource: "storageclasses",
    verbs: ["get", "list", "watch"],
    source: "operator/inventory/cmd.go (informer), operator/inventory/rancher.go, operator/inventory/ceph.go",
  },
  {
    group: "ceph.rook.io",
    resource: "cephclusters",
    verbs: ["list", "watch"],
    source: "operator/inventory/ceph.go (informer)",
    when: ({ cephNamespace }) => cephNamespace !== undefined,
  },
];

/** Rules for `ceph df` in Rook's toolbox, in the namespace it runs in. */
export function cephRules(cephNamespace: string | undefined): readonly Rule[] {
  if (cephNamespace === undefined) return [];
  const source = "operator/inventory/ceph.go (scraper, through rook's pkg/util/exec)";
  return [
    { group: "", resource: "pods", verbs: ["list"], namespace: cephNamespace, source },
    { group: "", resource: "pods/exec", verbs: ["create"], namespace: cephNamespace, source },
  ];
}

/** What the IP operator may do: load balancer Services in leases' namespaces. */
export const IP_RULES: readonly Rule[] = [
  ownPod,
  {
    group: "",
    resource: "services",
    verbs: ["get", "list", "create", "update", "delete"],
    source: "cluster/kube/operators/clients/metallb/client.go",
  },
  {
    group: "",
    resource: "namespaces",
    verbs: ["get"],
    names: [LEASE_NAMESPACE],
    source: "cluster/kube/client.go (NewClient)",
  },
  {
    group: "",
    resource: "configmaps",
    verbs: ["watch"],
    namespace: "metallb-system",
    source: "cluster/kube/operators/clients/metallb/client.go (DetectPoolChanges)",
  },
  {
    group: "akash.network",
    resource: "providerleasedips",
    verbs: ["list", "watch"],
    namespace: LEASE_NAMESPACE,
    source: "operator/ip/operator.go (observeIPState)",
  },
];
