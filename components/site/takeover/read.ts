import { GATEWAY_NAMESPACE, LEASE_NAMESPACE, SERVICES_NAMESPACE } from "../../akash/names.ts";
import type { Cluster } from "../../cluster/types.ts";
import { concernsSite } from "./bindings.ts";
import { CUSTOM_RESOURCES, everDeclared, isDeclared, isOurs } from "./declared.ts";
import { readProcesses } from "./processes.ts";
import { signingKey } from "./roles.ts";
import type {
  ExistingObject,
  ExistingPod,
  ExistingSite,
  HostProcess,
  SigningKey,
  SitePart,
} from "./types.ts";
import { type ObjectView, objectOf, podOf } from "./views.ts";

const CORE = `/api/v1/namespaces/${SERVICES_NAMESPACE}`;
const APPS = `/apis/apps/v1/namespaces/${SERVICES_NAMESPACE}`;
const GATEWAY_API = "/apis/gateway.networking.k8s.io";
/** Settings of the Gateway's controller. */
const NGINX = `/apis/gateway.nginx.org/v1alpha1/namespaces/${GATEWAY_NAMESPACE}`;
const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
/** Pods of leases carry this label (`cluster/kube/builder/builder.go`): there may be hundreds. */
const PODS = "/api/v1/pods?labelSelector=%21akash.network%2Fmanifest-service";

type Collection = readonly [kind: string, path: string];

/** Collections in which provider and operators are, running or stopped. */
const WORKLOADS: readonly Collection[] = [
  ["StatefulSet", `${APPS}/statefulsets`],
  ["Deployment", `${APPS}/deployments`],
];

/** Other collections of the services' and the Gateway's namespace, and cluster-wide ones, in which an earlier set-up left something. */
const COLLECTIONS: readonly Collection[] = [
  ["DaemonSet", `${APPS}/daemonsets`],
  ["Job", `/apis/batch/v1/namespaces/${SERVICES_NAMESPACE}/jobs`],
  ["Service", `${CORE}/services`],
  ["Ingress", `/apis/networking.k8s.io/v1/namespaces/${SERVICES_NAMESPACE}/ingresses`],
  ["HTTPRoute", `${GATEWAY_API}/v1/namespaces/${SERVICES_NAMESPACE}/httproutes`],
  ["TCPRoute", `${GATEWAY_API}/v1alpha2/namespaces/${SERVICES_NAMESPACE}/tcproutes`],
  ["ConfigMap", `${CORE}/configmaps`],
  ["Secret", `${CORE}/secrets`],
  ["ServiceAccount", `${CORE}/serviceaccounts`],
  ["PersistentVolumeClaim", `${CORE}/persistentvolumeclaims`],
  ["Gateway", `${GATEWAY_API}/v1/namespaces/${GATEWAY_NAMESPACE}/gateways`],
  ["ClientSettingsPolicy", `${NGINX}/clientsettingspolicies`],
  ["ProxySettingsPolicy", `${NGINX}/proxysettingspolicies`],
  ["Secret", `/api/v1/namespaces/${GATEWAY_NAMESPACE}/secrets?labelSelector=owner%3Dhelm`],
  ["StorageClass", "/apis/storage.k8s.io/v1/storageclasses"],
  ["ClusterRole", "/apis/rbac.authorization.k8s.io/v1/clusterroles"],
];

/** Collections that are long: of these only the names that a site may declare are read. */
const NAMED: readonly Collection[] = [
  ["Namespace", "/api/v1/namespaces"],
  ["CustomResourceDefinition", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"],
  ["IngressClass", "/apis/networking.k8s.io/v1/ingressclasses"],
  ["RuntimeClass", "/apis/node.k8s.io/v1/runtimeclasses"],
];

interface List {
  readonly items: readonly ObjectView[];
}

export interface ReadOptions {
  /** Look for providers that run on this machine outside the cluster. Default: true. */
  readonly processes?: boolean;
  /** Parts of the site: with `ipLeases` another operator for them is the site's to take over. Default: none. */
  readonly parts?: readonly SitePart[];
}

/**
 * Reads what an earlier set-up has left. Four requests tell whether there is anything; the rest is read only then.
 * Nothing is changed.
 *
 * @returns undefined when no other provider runs, nobody else's workload has a declared name, and nobody else's
 * binding concerns the site
 */
export async function readExisting(
  cluster: Cluster,
  { processes: onMachine = true, parts = [] }: ReadOptions = {},
): Promise<ExistingSite | undefined> {
  const [podList, bindings, workloads, processes] = await Promise.all([
    cluster.get<List>(PODS),
    readCollections(cluster, [["ClusterRoleBinding", BINDINGS]]),
    readCollections(cluster, WORKLOADS),
    onMachine ? readProcesses() : [],
  ]);
  const pods = (podList?.items ?? []).flatMap((view) => podOf(view) ?? []);
  const foreign =
    processes.length > 0 ||
    pods.some(({ ours, role }) => !ours && (parts.includes("ipLeases") || role !== "ip")) ||
    workloads.some((workload) => !isOurs(workload) && isDeclared(workload, parts)) ||
    bindings.some((binding) => !isOurs(binding) && concernsSite(binding));
  return foreign ? readAll(cluster, { pods, objects: [...workloads, ...bindings], processes }) : undefined;
}

async function readCollections(
  cluster: Cluster,
  collections: readonly Collection[],
): Promise<ExistingObject[]> {
  const lists = collections.map(async ([kind, path]) => {
    const list = await cluster.get<List>(path);
    const [collection = path] = path.split("?");
    return (list?.items ?? []).map((view) => objectOf(kind, collection, view));
  });
  return (await Promise.all(lists)).flat();
}

interface Found {
  readonly pods: readonly ExistingPod[];
  /** Workloads and bindings. */
  readonly objects: readonly ExistingObject[];
  readonly processes: readonly HostProcess[];
}

async function readAll(cluster: Cluster, { pods, objects, processes }: Found): Promise<ExistingSite> {
  const [found, others, named, known, leases, counts] = await Promise.all([
    Promise.all(objects.map((object) => objectWithKey(cluster, object))),
    readCollections(cluster, COLLECTIONS),
    readNamed(cluster),
    Promise.all(pods.map((pod) => podWithKey(cluster, pod))),
    countLeases(cluster),
    Promise.all(CUSTOM_RESOURCES.map((plural) => count(cluster, plural))),
  ]);
  return {
    objects: [...named, ...found, ...others],
    pods: known,
    processes,
    leases,
    customResources: Object.fromEntries(
      CUSTOM_RESOURCES.map((plural, index) => [plural, counts[index] ?? 0]),
    ),
  };
}

async function readNamed(cluster: Cluster): Promise<ExistingObject[]> {
  const objects = NAMED.flatMap(([kind, path]) =>
    everDeclared(kind).map(async (name) => {
      const view = await cluster.get<ObjectView>(`${path}/${name}`);
      return view === undefined ? [] : [objectOf(kind, path, view)];
    }),
  );
  return (await Promise.all(objects)).flat();
}

/** Looks the key up where the official chart names it, in a ConfigMap. */
async function lookedUp(cluster: Cluster, namespace: string, key: SigningKey): Promise<SigningKey> {
  if (key.from !== undefined) return key;
  for (const name of key.configMaps) {
    const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
    const map = await cluster.get<{ readonly data?: Readonly<Record<string, string>> }>(path);
    const from = signingKey([], map?.data ?? {});
    if (from !== undefined) return { ...key, from };
  }
  return key;
}

async function podWithKey(cluster: Cluster, pod: ExistingPod): Promise<ExistingPod> {
  if (pod.role !== "provider" || pod.ours) return pod;
  return { ...pod, key: await lookedUp(cluster, pod.namespace, pod.key) };
}

async function objectWithKey(cluster: Cluster, object: ExistingObject): Promise<ExistingObject> {
  const { namespace, workload } = object;
  if (namespace === undefined || workload?.role !== "provider" || isOurs(object)) return object;
  return { ...object, workload: { ...workload, key: await lookedUp(cluster, namespace, workload.key) } };
}

async function countLeases(cluster: Cluster): Promise<number> {
  const list = await cluster.get<List>("/api/v1/namespaces?labelSelector=akash.network%3Dtrue");
  const own = everDeclared("Namespace");
  return (list?.items ?? []).filter(({ metadata }) => !own.includes(metadata.name)).length;
}

async function count(cluster: Cluster, plural: string): Promise<number> {
  const list = await cluster.get<List>(`/apis/akash.network/v2beta2/namespaces/${LEASE_NAMESPACE}/${plural}`);
  return list?.items.length ?? 0;
}
