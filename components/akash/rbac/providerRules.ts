import { LEASE_NAMESPACE, SERVICES_NAMESPACE } from "../names.ts";
import type { RbacOptions, Rule, Verb } from "./types.ts";

const APPLY = "cluster/kube/apply.go";
const CLEANUP = "cluster/kube/cleanup.go";
const CLIENT = "cluster/kube/client.go";
const GRANTED =
  "cluster/kube/builder/permissions.go: what a lease may be granted, the provider must hold itself";

const WRITE: readonly Verb[] = ["get", "list", "create", "update", "delete"];
const READ: readonly Verb[] = ["get", "list", "watch"];
const OWN: readonly Verb[] = ["get", "list", "watch", "create", "update", "deletecollection"];

const gateway = ({ ingressMode }: RbacOptions): boolean => ingressMode === "gateway";
const attestation = (options: RbacOptions): boolean => options.attestation;
const registryCredentials = (options: RbacOptions): boolean => options.registryCredentials;

/** Name of the webhook configuration that the provider registers (cluster/kube/webhook/registration.go). */
const ATTESTATION_WEBHOOK = "akash-attestation-sidecar-injector";

/**
 * What the provider may do. RBAC cannot say "in namespaces of leases"; the lease boundary, an admission
 * policy, says it for everything that changes something.
 */
export const PROVIDER_RULES: readonly Rule[] = [
  {
    group: "",
    resource: "namespaces",
    verbs: ["get", "create", "update", "delete"],
    source: `${APPLY}, ${CLIENT}`,
  },
  { group: "", resource: "services", verbs: WRITE, source: `${APPLY}, ${CLEANUP}, ${CLIENT}` },
  { group: "", resource: "serviceaccounts", verbs: WRITE, source: `${APPLY}, ${CLEANUP}, ${CLIENT}` },
  {
    group: "",
    resource: "secrets",
    verbs: ["get", "create", "update", "delete"],
    source: `${APPLY} (applyServiceCredentials), ${CLIENT}`,
    when: registryCredentials,
  },
  { group: "", resource: "pods", verbs: READ, source: `${CLIENT}, cluster/kube/client_exec.go; ${GRANTED}` },
  { group: "", resource: "pods/log", verbs: ["get"], source: `${CLIENT} (LeaseLogs); ${GRANTED}` },
  {
    group: "",
    resource: "pods/exec",
    verbs: ["create"],
    source: "cluster/kube/client_exec.go (lease-shell)",
  },
  {
    group: "",
    resource: "pods/proxy",
    verbs: ["create"],
    source: "cluster/kube/client_attestation.go (AttestationQuote)",
    when: attestation,
  },
  { group: "", resource: "events", verbs: READ, source: GRANTED },
  {
    group: "",
    resource: "nodes",
    verbs: ["list"],
    source: "cluster/kube/client_attestation.go (DetectTEEPlatform)",
  },
  {
    group: "",
    resource: "endpoints",
    verbs: ["get"],
    names: ["kubernetes"],
    namespace: "default",
    source: "cmd/provider-services/cmd/run.go (API server addresses for leases' network policies)",
  },
  {
    group: "",
    resource: "services",
    verbs: ["watch"],
    namespace: SERVICES_NAMESPACE,
    source: "cluster/kube/operators/clients/inventory/client.go",
  },
  {
    group: "apps",
    resource: "deployments",
    verbs: ["get", "list", "watch", "create", "update", "patch", "deletecollection"],
    source: `${APPLY}, ${CLEANUP}, ${CLIENT}; watch: ${GRANTED}`,
  },
  {
    group: "apps",
    resource: "statefulsets",
    verbs: ["get", "list", "create", "update", "deletecollection"],
    source: `${APPLY}, ${CLEANUP}, ${CLIENT}`,
  },
  { group: "events.k8s.io", resource: "events", verbs: ["list", "watch"], source: `${CLIENT} (LeaseEvents)` },
  {
    group: "networking.k8s.io",
    resource: "networkpolicies",
    verbs: WRITE,
    source: `${APPLY} (applyNetPolicies), ${CLIENT}`,
  },
  {
    group: "networking.k8s.io",
    resource: "ingresses",
    verbs: ["list"],
    source: "migrations/ingress_to_httproute.go",
    when: gateway,
  },
  {
    group: "gateway.networking.k8s.io",
    resource: "httproutes",
    verbs: ["get", "create", "update"],
    source: "migrations/ingress_to_httproute.go",
    when: gateway,
  },
  {
    group: "rbac.authorization.k8s.io",
    resource: "roles",
    verbs: WRITE,
    source: `${APPLY}, ${CLEANUP}, ${CLIENT}`,
  },
  {
    group: "rbac.authorization.k8s.io",
    resource: "rolebindings",
    verbs: WRITE,
    source: `${APPLY}, ${CLEANUP}, ${CLIENT}`,
  },
  {
    // Of the namespace of rails, which is made by whoever sets them up: a Role could not be made before it is there.
    group: "k8s.cni.cncf.io",
    resource: "network-attachment-definitions",
    verbs: ["list"],
    source: `${CLIENT} (interconnectRoCENetworks)`,
  },
  {
    group: "admissionregistration.k8s.io",
    resource: "mutatingwebhookconfigurations",
    verbs: ["create"],
    source: "cluster/kube/webhook/registration.go",
    when: attestation,
  },
  {
    group: "admissionregistration.k8s.io",
    resource: "mutatingwebhookconfigurations",
    verbs: ["get", "update", "delete"],
    names: [ATTESTATION_WEBHOOK],
    source: "cluster/kube/webhook/registration.go",
    when: attestation,
  },
  {
    group: "akash.network",
    resource: "manifests",
    verbs: WRITE,
    namespace: LEASE_NAMESPACE,
    source: CLIENT,
  },
  {
    group: "akash.network",
    resource: "providerhosts",
    verbs: OWN,
    namespace: LEASE_NAMESPACE,
    source: `cluster/kube/client_hostname_connections.go, ${CLIENT}`,
  },
  {
    group: "akash.network",
    resource: "providerleasedips",
    verbs: OWN,
    namespace: LEASE_NAMESPACE,
    source: "cluster/kube/cluster_ip_connections.go",
  },
];
