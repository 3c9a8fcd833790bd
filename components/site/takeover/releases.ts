import type { Cluster } from "../../cluster/types.ts";
import { expectsGpuOperator, type SiteConfig } from "../config.ts";
import { ReleaseInstalledByHand } from "./errors.ts";
import type { TakeoverItem } from "./types.ts";

/** A Helm release by namespace and name. */
export interface Release {
  readonly namespace: string;
  readonly name: string;
}

/** Helm's record of one revision of a release. */
export interface ReleaseRecord extends Release {
  /** API path of the Secret. */
  readonly path: string;
  /** Whether the engine's plugin wrote it, and not somebody's `helm`. */
  readonly byEngine: boolean;
}

/** The releases that a site installs. */
export function siteReleases({
  ingress,
  gpu,
  nodes,
}: Pick<SiteConfig, "ingress" | "nodes"> & { readonly gpu: Pick<SiteConfig["gpu"], "operator"> }): Release[] {
  const controller =
    ingress.mode === "gateway"
      ? { namespace: "nginx-gateway", name: "ngf" }
      : { namespace: "ingress-nginx", name: "ingress-nginx" };
  return [
    ...(ingress.controller === "chart"
      ? [controller, { namespace: "cert-manager", name: "cert-manager" }]
      : []),
    ...(expectsGpuOperator({ gpu, nodes }) ? [{ namespace: "gpu-operator", name: "gpu-operator" }] : []),
  ];
}

/** Reads Helm's records of these releases. */
export async function readRecords(cluster: Cluster, releases: readonly Release[]): Promise<ReleaseRecord[]> {
  const records = releases.map(async ({ namespace, name }) => {
    const collection = `/api/v1/namespaces/${namespace}/secrets`;
    const list = await cluster.get<{ items: SecretView[] }>(
      `${collection}?labelSelector=owner%3Dhelm%2Cname%3D${name}`,
    );
    return (list?.items ?? []).map(({ metadata }) => ({
      namespace,
      name,
      path: `${collection}/${metadata.name}`,
      byEngine: (metadata.managedFields ?? []).some(({ manager }) => manager.startsWith("pulumi-")),
    }));
  });
  return (await Promise.all(records)).flat();
}

interface SecretView {
  readonly metadata: {
    readonly name: string;
    readonly managedFields?: readonly { readonly manager: string }[];
  };
}

/**
 * Helm refuses a name that is in use, so the records of releases that the lost state had are made anew: Helm then
 * takes over the objects, which carry the release's name.
 *
 * @param records of the releases that the site installs and its state does not have
 * @throws ReleaseInstalledByHand for one that somebody's `helm` made: its objects may be others than ours
 */
export function planRecords(records: readonly ReleaseRecord[]): TakeoverItem[] {
  const foreign = records.filter(({ byEngine }) => !byEngine);
  if (foreign.length > 0) throw new ReleaseInstalledByHand(foreign);
  return records.map(({ namespace, path }) => ({
    action: "replace",
    kind: "Secret",
    namespace,
    name: path.slice(path.lastIndexOf("/") + 1),
    reason: "Helm's record, which the state does not have; its objects stay and are taken over",
    leases: "keep running",
    path,
  }));
}
