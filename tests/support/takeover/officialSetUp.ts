/**
 * Stand-in for a cluster on which somebody installed the official charts (provider chart 19.0.2, hostname and
 * inventory operator) with Helm: the objects that those charts leave behind, under their names and with what
 * decides about a takeover, without their scripts. The charts themselves are not needed to test that, and Helm's
 * records would be the same.
 */
import type { KubernetesObject } from "../../unit/akash/declared.ts";

type Fields = Readonly<Record<string, unknown>>;
type Labels = Readonly<Record<string, string>>;

const NAMESPACE = "akash-services";
const IMAGE = "ghcr.io/akash-network/provider:0.16.2";
const PROVIDER_LABELS = {
  app: "akash-provider",
  "app.kubernetes.io/name": "provider",
  "app.kubernetes.io/instance": "akash-provider",
};

/** What Helm writes on every object of a release. */
export function ofRelease(release: string, labels: Labels = {}, namespace = NAMESPACE) {
  return {
    labels: { ...labels, "app.kubernetes.io/managed-by": "Helm" },
    annotations: {
      "meta.helm.sh/release-name": release,
      "meta.helm.sh/release-namespace": namespace,
    },
  };
}

function object(
  [apiVersion, kind]: readonly [string, string],
  name: string,
  release: string,
  fields: Fields = {},
  labels: Labels = {},
): KubernetesObject {
  const within = kind.startsWith("Cluster") ? {} : { namespace: NAMESPACE };
  return { apiVersion, kind, metadata: { name, ...within, ...ofRelease(release, labels) }, ...fields };
}

const CORE = (kind: string) => ["v1", kind] as const;
const APPS = (kind: string) => ["apps/v1", kind] as const;
const RBAC = (kind: string) => ["rbac.authorization.k8s.io/v1", kind] as const;

function binding(name: string, release: string, role: string, account: string): KubernetesObject {
  return object(RBAC("ClusterRoleBinding"), name, release, {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: [{ kind: "ServiceAccount", name: account, namespace: NAMESPACE }],
  });
}

/** Helm's record of a release; its content is never read. */
export function record(release: string, revision: number, namespace = NAMESPACE): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: `sh.helm.release.v1.${release}.v${revision}`,
      namespace,
      labels: { owner: "helm", name: release, status: "deployed", version: String(revision) },
    },
    ...{ type: "helm.sh/release.v1", stringData: { release: "stand-in" } },
  };
}

/** The provider as its chart makes it: one start script and one init script around the wallet's exported key. */
function provider(owner: string, storageClass: string): KubernetesObject[] {
  const release = "akash-provider";
  const name = "akash-provider";
  const variables = { AKASH_FROM: owner, AKASH_HOME: "/root/.akash", AKASH_KEYRING_BACKEND: "test" };
  return [
    object(CORE("ServiceAccount"), name, release),
    binding(`${name}-admin`, release, "cluster-admin", name),
    object(CORE("ConfigMap"), `${name}-init`, release, { data: variables }),
    object(CORE("ConfigMap"), `${name}-main`, release, { data: variables }),
    object(CORE("ConfigMap"), `${name}-pricing`, release, { data: { PRICE_TARGET_CPU: "1.60" } }),
    object(CORE("ConfigMap"), `${name}-script`, release, { data: { "run.sh": "exit 0" } }),
    object(CORE("Secret"), `${name}-keys`, release, {
      stringData: { "key.txt": "stand-in", "key-pass.txt": "stand-in" },
    }),
    object(
      CORE("Service"),
      name,
      release,
      {
        spec: {
          selector: PROVIDER_LABELS,
          ports: [
            { name: "api", port: 8443, targetPort: "api" },
            { name: "grpc", port: 8444, targetPort: "grpc" },
          ],
        },
      },
      PROVIDER_LABELS,
    ),
    object(
      APPS("StatefulSet"),
      name,
      release,
      {
        spec: {
          replicas: 1,
          serviceName: name,
          selector: { matchLabels: PROVIDER_LABELS },
          volumeClaimTemplates: [
            {
              metadata: { name: "home" },
              spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: storageClass,
                resources: { requests: { storage: "10Gi" } },
              },
            },
          ],
          template: {
            metadata: { labels: PROVIDER_LABELS },
            spec: {
              serviceAccountName: name,
              initContainers: [
                {
                  name: "init",
                  image: IMAGE,
                  args: ["/bin/bash", "/scripts/init.sh"],
                  envFrom: [{ configMapRef: { name: `${name}-init` } }],
                },
              ],
              containers: [
                {
                  name: "provider",
                  image: IMAGE,
                  args: ["/bin/bash", "/scripts/run.sh"],
                  envFrom: [{ configMapRef: { name: `${name}-main` } }],
                  volumeMounts: [{ name: "home", mountPath: "/root/.akash" }],
                },
              ],
              volumes: [{ name: "scripts", configMap: { name: `${name}-script` } }],
            },
          },
        },
      },
      PROVIDER_LABELS,
    ),
    record(release, 1),
    record(release, 2),
  ];
}

/** An operator; its variables come from its ConfigMap, one reference each. */
function operator(component: "hostname" | "inventory"): KubernetesObject[] {
  const release = `akash-${component}-operator`;
  const name = `operator-${component}`;
  const labels = {
    "app.kubernetes.io/name": component,
    "app.kubernetes.io/instance": `${component}-service`,
    "app.kubernetes.io/component": "operator",
    "app.kubernetes.io/part-of": "provider",
  };
  const [variable, key] =
    component === "hostname" ? ["AP_K8S_MANIFEST_NS", "k8s-manifest-ns"] : ["AP_CONFIG", "config-path"];
  const role = `akash-${name}`;
  return [
    object(CORE("ServiceAccount"), name, release, {}, labels),
    object(RBAC("ClusterRole"), role, release, {
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
    }),
    binding(component === "hostname" ? role : name, release, role, name),
    object(CORE("ConfigMap"), name, release, { data: { [key ?? ""]: "lease" } }),
    object(
      APPS("Deployment"),
      name,
      release,
      {
        spec: {
          replicas: 1,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              serviceAccountName: name,
              containers: [
                {
                  name,
                  image: IMAGE,
                  args: ["provider-services", "operator", component],
                  env: [{ name: variable, valueFrom: { configMapKeyRef: { name, key } } }],
                },
              ],
            },
          },
        },
      },
      labels,
    ),
    object(
      CORE("Service"),
      name,
      release,
      { spec: { selector: labels, ports: [{ name: "rest", port: 8080, targetPort: "rest" }] } },
      labels,
    ),
    record(release, 1),
  ];
}

/** What the inventory operator's chart has besides. */
const INVENTORY_EXTRAS = [
  object(CORE("ConfigMap"), "gpu-validation-script", "akash-inventory-operator", {
    data: { "a.sh": "exit 0" },
  }),
  object(CORE("ServiceAccount"), "operator-inventory-hardware-discovery", "akash-inventory-operator"),
  object(RBAC("ClusterRole"), "akash-operator-inventory-hardware-discovery", "akash-inventory-operator", {
    rules: [{ apiGroups: [""], resources: ["nodes"], verbs: ["get"] }],
  }),
  binding(
    "operator-inventory-hardware-discovery",
    "akash-inventory-operator",
    "akash-operator-inventory-hardware-discovery",
    "operator-inventory-hardware-discovery",
  ),
];

function namespace(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "akash.network": "true" } } };
}

/** A lease's namespace as the provider names it. */
export const LEASE = "l1ea5e0000000000000000000000000000000000001";

/**
 * Everything in the order in which it can be applied.
 *
 * @param owner address that the provider signs with
 * @param storageClass class of the provider's volume
 */
export function officialSetUp(owner: string, storageClass: string): KubernetesObject[] {
  return [
    namespace(NAMESPACE),
    namespace("lease"),
    namespace(LEASE),
    {
      ...{ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: storageClass } },
      ...{ provisioner: "rancher.io/local-path", reclaimPolicy: "Retain" },
    },
    ...operator("hostname"),
    ...operator("inventory"),
    ...INVENTORY_EXTRAS,
    ...provider(owner, storageClass),
  ];
}

/** A provider by hand in a namespace of its own, as a Deployment. */
export function secondProvider(owner: string): KubernetesObject[] {
  const labels = { app: "old-provider" };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "old-provider" } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "old-provider", namespace: "old-provider" },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: "provider",
                image: IMAGE,
                command: ["provider-services", "run"],
                env: [{ name: "AP_FROM", value: owner }],
              },
            ],
          },
        },
      },
    },
  ];
}
