import { PROVIDER_NAME, SERVICES_NAMESPACE } from "../../components/akash/names.ts";
import { type Cluster, openCluster, type Secret } from "../../components/cluster/index.ts";
import type { GpuDetection, NodeView } from "../../components/gpu/types.ts";
import type { SiteConfig } from "../../components/site/config.ts";
import { detectGpus, kubeconfigOf } from "../../components/site/observe.ts";
import { NotKnown } from "../types.ts";
import type { KubernetesList, Namespace, Node, Pod, StatefulSet } from "./objects.ts";
import { once, onceEach } from "./once.ts";

/** The cluster, each object or list of it read once. */
export interface ClusterView {
  api(): Promise<Cluster>;
  get<T>(path: string): Promise<T | undefined>;
  /** The items of a list; none where its kind is not served. */
  list<T>(path: string): Promise<readonly T[]>;
  secret(name: string): Promise<Secret | undefined>;
  nodes(): Promise<readonly (Node & NodeView)[]>;
  /** Pods that are not of leases. */
  pods(): Promise<readonly Pod[]>;
  /** Namespaces of running leases. */
  leaseNamespaces(): Promise<readonly Namespace[]>;
  /** Pods of leases. */
  leasePods(): Promise<readonly Pod[]>;
  provider(): Promise<StatefulSet | undefined>;
  /** Variables that the provider's container is given by value; throws where there is no provider. */
  settings(): Promise<Readonly<Record<string, string>>>;
  gpu(): Promise<GpuDetection>;
  /** The API server's clock, and this machine's at the same time. */
  clock(): Promise<{ readonly server: Date | undefined; readonly here: Date }>;
}

/** Label of the pods of leases (`cluster/kube/builder/builder.go`). */
const MANIFEST_SERVICE = "akash.network%2Fmanifest-service";
/** Label of a lease's namespace, which ours do not have. */
export const LEASE_DSEQ = "akash.network/lease.id.dseq";

export function observeCluster(site: SiteConfig, timeoutMs: number, now: () => Date): ClusterView {
  const api = once(() => openCluster({ kubeconfigPath: kubeconfigOf(site) }, { timeoutMs }));
  const objects = onceEach(async (path): Promise<unknown> => (await api()).get(path));
  const get = async <T>(path: string) => (await objects(path)) as T | undefined;
  const list = async <T>(path: string) => (await get<KubernetesList<T>>(path))?.items ?? [];
  const provider = () =>
    get<StatefulSet>(`/apis/apps/v1/namespaces/${SERVICES_NAMESPACE}/statefulsets/${PROVIDER_NAME}`);
  return {
    api,
    get,
    list,
    provider,
    secret: onceEach(async (name) => (await api()).getSecret(SERVICES_NAMESPACE, name)),
    nodes: () => list("/api/v1/nodes"),
    pods: () => list(`/api/v1/pods?labelSelector=%21${MANIFEST_SERVICE}`),
    leaseNamespaces: () =>
      list(`/api/v1/namespaces?labelSelector=${encodeURIComponent(`akash.network=true,${LEASE_DSEQ}`)}`),
    leasePods: () => list(`/api/v1/pods?labelSelector=${MANIFEST_SERVICE}`),
    settings: async () => {
      const container = (await provider())?.spec?.template?.spec?.containers?.[0];
      if (container === undefined) throw new NotKnown("provider-pod");
      const given = (container.env ?? []).map(({ name, value = "" }) => [name, value] as const);
      // The binary reads both prefixes; the official chart sets the older one.
      const renamed = given.map(([name, value]) => [name.replace(/^AKASH_/, "AP_"), value] as const);
      return { ...Object.fromEntries(renamed), ...Object.fromEntries(given) };
    },
    gpu: once(async () => detectGpus(await api())),
    clock: once(async () => {
      const cluster = await api();
      const before = now().getTime();
      const server = await cluster.serverTime();
      return { server, here: new Date((before + now().getTime()) / 2) };
    }),
  };
}
