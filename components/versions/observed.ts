import type { Cluster } from "../cluster/types.ts";
import type { Versions } from "./sets.ts";

const PROVIDER = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";
const GPU_OPERATOR = "/apis/apps/v1/namespaces/gpu-operator/deployments/gpu-operator";

interface WorkloadView {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly image?: string }[] } };
  };
}

interface NodesView {
  readonly items: readonly {
    readonly status?: { readonly nodeInfo?: { readonly kubeletVersion?: string } };
  }[];
}

/**
 * The versions a cluster has now, read from what runs in it. K3s counts where the nodes run K3s; of nodes that
 * differ, the oldest counts, since that is the one that has the way to go.
 */
export async function observedVersions(cluster: Pick<Cluster, "get">): Promise<Versions> {
  const [provider, gpuOperator, nodes] = await Promise.all([
    cluster.get<WorkloadView>(PROVIDER),
    cluster.get<WorkloadView>(GPU_OPERATOR),
    cluster.get<NodesView>("/api/v1/nodes"),
  ]);
  return present({
    provider: tagOf(provider?.spec.template.spec.containers[0]?.image),
    gpuOperator: /^gpu-operator-(.+)$/.exec(gpuOperator?.metadata.labels?.["helm.sh/chart"] ?? "")?.[1],
    k3s: oldest((nodes?.items ?? []).flatMap(({ status }) => status?.nodeInfo?.kubeletVersion ?? [])),
  });
}

/** The release in an image's tag; undefined where it names none. */
export function tagOf(image: string | undefined): string | undefined {
  return /:v?(\d+\.\d+\.\d+[^@/]*)(?:@|$)/.exec(image ?? "")?.[1];
}

function oldest(versions: readonly string[]): string | undefined {
  const collator = new Intl.Collator("en", { numeric: true });
  return versions.filter((version) => version.includes("+k3s")).toSorted(collator.compare)[0];
}

function present(versions: { [Part in keyof Versions]: Versions[Part] | undefined }): Versions {
  return Object.fromEntries(Object.entries(versions).filter(([, version]) => version !== undefined));
}
