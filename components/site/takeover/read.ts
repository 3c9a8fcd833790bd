import { LEASE_NAMESPACE, SERVICES_NAMESPACE } from "../../akash/names.ts";
import type { Cluster } from "../../cluster/types.ts";
import { concernsSite } from "./bindings.ts";
import { CUSTOM_RESOURCES, DECLARED, isDeclared, isOurs } from "./declared.ts";
import { readProcesses } from "./processes.ts";
import { signingKey } from "./roles.ts";
import type { ExistingObject, ExistingPod, ExistingSite, HostProcess, SigningKey } from "./types.ts";
import { type ObjectView, objectOf, podOf } from "./views.ts";

const CORE = `/api/v1/namespaces/${SERVICES_NAMESPACE}`;
const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
/** Pods of leases carry this label (`cluster/kube/builder/builder.go`): there may be hundreds. */
const PODS = "/api/v1/pods?labelSelector=%21akash.network%2Fmanifest-service";

type Collections = Readonly<Record<string, string>>;

/** Collections in which provider and operators are, running or stopped. */
const WORKLOADS: Collections = {
  StatefulSet: `/apis/apps/v1/namespaces/${SERVICES_NAMESPACE}/statefulsets`,
  Deployment: `/apis/apps/v1/namespaces/${SERVICES_NAMESPACE}/deployments`,
};

/** Other collections of the services' namespace, and cluster-wide ones, in which an earlier set-up left something. */
const COLLECTIONS: Collections = {
  DaemonSet: `/apis/apps/v1/namespaces/${SERVICES_NAMESPACE}/daemonsets`,
  Job: `/apis/batch/v1/namespaces/${SERVICES_NAMESPACE}/jobs`,
  Service: `${CORE}/services`,
  Ingress: `/apis/networking.k8s.io/v1/namespaces/${SERVICES_NAMESPACE}/ingresses`,
  HTTPRoute: `/apis/gateway.networking.k8s.io/v1/namespaces/${SERVICES_NAMESPACE}/httproutes`,
  ConfigMap: `${CORE}/configmaps`,
  Secret: `${CORE}/secrets`,
  ServiceAccount: `${CORE}/serviceaccounts`,
  PersistentVolumeClaim: `${CORE}/persistentvolumeclaims`,
  StorageClass: "/apis/storage.k8s.io/v1/storageclasses",
  ClusterRole: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
};

interface List {
  readonly items: readonly ObjectView[];
}

export interface ReadOptions {
  /** Look for providers that run on this machine outside the cluster. Default: true. */
  readonly processes?: boolean;
  /** Whether the site leases IP addresses: another operator for it is then the site's to take over. Default: false. */
  readonly ipLeases?: boolean;
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
  options: ReadOptions = {},
): Promise<ExistingSite | undefined> {
  const [podList, bindings, workloads, processes] = await Promise.all([
    cluster.get<List>(PODS),
    readCollections(cluster, { ClusterRoleBinding: BINDINGS }),
    readCollections(cluster, WORKLOADS),
    (options.processes ?? true) ? readProcesses() : [],
  ]);
  const pods = (podList?.items ?? []).flatMap((view) => podOf(view) ?? []);
  const foreign =
    processes.length > 0 ||
    pods.some(({ ours, role }) => !ours && (options.ipLeases === true || role !== "ip")) ||
    workloads.some((workload) => !isOurs(workload) && isDeclared(workload, options.ipLeases)) ||
    bindings.some((binding) => !isOurs(binding) && concernsSite(binding));
  return foreign ? readAll(cluster, { pods, objects: [...workloads, ...bindings], processes }) : undefined;
}

async function readCollections(cluster: Cluster, collections: Collections): Promise<ExistingObject[]> {
  const lists = Object.entries(collections).map(async ([kind, path]) => {
    const list = await cluster.get<List>(path);
    return (list?.items ?? []).map((view) => objectOf(kind, path, view));
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

/** Namespaces and definitions, which are read by name: their collections are long. */
async function readNamed(cluster: Cluster): Promise<ExistingObject[]> {
  const collections = {
    Namespace: "/api/v1/namespaces",
    CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  };
  const objects = Object.entries(collections).flatMap(([kind, path]) =>
    (DECLARED[kind] ?? []).map(async (name) => {
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
  const own = [...(DECLARED["Namespace"] ?? []), "akash-gateway"];
  return (list?.items ?? []).filter(({ metadata }) => !own.includes(metadata.name)).length;
}

async function count(cluster: Cluster, plural: string): Promise<number> {
  const list = await cluster.get<List>(`/apis/akash.network/v2beta2/namespaces/${LEASE_NAMESPACE}/${plural}`);
  return list?.items.length ?? 0;
}
