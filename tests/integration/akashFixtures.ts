import assert from "node:assert/strict";
import type { Cluster } from "../../components/cluster/index.ts";
import { declaredSite, type KubernetesObject } from "../unit/akash/declared.ts";
import { objectPath, startTestCluster, type TestCluster } from "./akashCluster.ts";

/** Address of nobody, as owner of leases. */
export const OWNER = "akash1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9";

/** Namespace of a lease on the test cluster. */
export const LEASE = "l1ea5e0000000000000000000000000000000000001";

/** Kinds that others need first; the rest follows. */
const FIRST = [
  "Namespace",
  "CustomResourceDefinition",
  "PriorityClass",
  "ServiceAccount",
  "ClusterRole",
  "Role",
];

/** A cluster with everything that Akash's components declare, and one lease. */
export async function startAkashCluster(): Promise<
  TestCluster & { readonly objects: readonly KubernetesObject[] }
> {
  const objects = await declaredSite();
  const cluster = await startTestCluster();
  const rank = ({ kind }: KubernetesObject): number =>
    FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length;
  await cluster.apply(namespace("metallb-system"));
  for (const object of objects.toSorted((a, b) => rank(a) - rank(b))) await cluster.apply(object);
  await cluster.apply(namespace(LEASE, leaseLabels(LEASE)));
  await admissionPoliciesInEffect(cluster);
  return { ...cluster, objects };
}

/**
 * Returns once the API server judges by every admission policy that was applied before this call. It reads policies
 * and bindings from a watch each and takes what they hold over about once a second (the API server's
 * admission/plugin/policy/generic/policy_source.go), those that validate apart from those that mutate. So one more of
 * both kinds is in effect only when all the former are: the one marks a ConfigMap, the other refuses what is marked.
 */
async function admissionPoliciesInEffect({ admin, apply }: TestCluster): Promise<void> {
  const group = "admissionregistration.k8s.io";
  const metadata = { name: "policies-in-effect" };
  const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }];
  const constraints = {
    matchConstraints: { resourceRules: rules },
    matchConditions: [{ name: "this-one", expression: `object.metadata.name == "${metadata.name}"` }],
  };
  const mark = '[JSONPatch{op: "add", path: "/data", value: Object.data{marked: "yes"}}]';
  const effects = {
    Mutating: {
      apiVersion: `${group}/v1beta1`,
      spec: {
        ...constraints,
        reinvocationPolicy: "Never",
        mutations: [{ patchType: "JSONPatch", jsonPatch: { expression: mark } }],
      },
      binding: { policyName: metadata.name },
    },
    Validating: {
      apiVersion: `${group}/v1`,
      spec: {
        ...constraints,
        validations: [{ expression: "!has(object.data)", message: "policies are in effect" }],
      },
      binding: { policyName: metadata.name, validationActions: ["Deny"] },
    },
  };
  for (const [kind, { apiVersion, spec, binding }] of Object.entries(effects)) {
    await apply({ apiVersion, kind: `${kind}AdmissionPolicy`, metadata, spec });
    await apply({ apiVersion, kind: `${kind}AdmissionPolicyBinding`, metadata, spec: binding });
  }
  const marked = { apiVersion: "v1", kind: "ConfigMap", metadata };
  const attempt = () => admin.request("POST", "/api/v1/namespaces/default/configmaps?dryRun=All", marked);
  await eventually(() => refused(attempt(), /policies are in effect/));
}

export async function create<T>(as: Cluster, object: KubernetesObject): Promise<T | undefined> {
  return as.request<T>("POST", objectPath({ ...object, metadata: { ...object.metadata, name: "" } }), object);
}

export async function refused(attempt: Promise<unknown>, message = /./): Promise<void> {
  await assert.rejects(attempt, { message });
}

export async function eventually(check: () => Promise<void>, seconds = 60): Promise<void> {
  for (const end = Date.now() + seconds * 1000; ; ) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

/** Labels that the provider gives a lease's namespace (cluster/kube/builder/builder.go). */
export function leaseLabels(name: string): Readonly<Record<string, string>> {
  return {
    "akash.network": "true",
    "akash.network/namespace": name,
    "akash.network/lease.id.owner": OWNER,
    "akash.network/lease.id.dseq": "1",
  };
}

export function deployment(within: string, name: string, pod: object = {}): KubernetesObject {
  const labels = { app: name };
  const spec = { containers: [{ name: "web", image: "web" }], ...pod };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: within },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

export function discoveryPod(name: string, spec: object): KubernetesObject {
  const labels = { "app.kubernetes.io/instance": "inventory-hardware-discovery" };
  const metadata = {
    name: `operator-inventory-hardware-discovery-${name}`,
    namespace: "akash-services",
    labels,
  };
  return { apiVersion: "v1", kind: "Pod", metadata, spec };
}

export function webhook(name: string, namespaceSelector?: object) {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name },
    webhooks: [
      {
        name: "sidecar.akash.network",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Ignore",
        clientConfig: { url: "https://127.0.0.1:1/mutate" },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
        ...(namespaceSelector === undefined ? {} : { namespaceSelector }),
      },
    ],
  };
}

/** What the provider writes for every lease (cluster/kube/builder/netpol.go). */
export function leasePolicy(name = "akash-deployment-restrictions") {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: LEASE },
    spec: {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      egress: [
        { to: [{ namespaceSelector: { matchLabels: { "akash.network/namespace": LEASE } } }] },
        {
          ports: [{ protocol: "UDP", port: 53 }],
          to: [{ podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
        },
        {
          to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12"] } }],
        },
      ],
    },
  };
}
