import type * as pulumi from "@pulumi/pulumi";
import { akashImages } from "../akash/index.ts";
import type { ClusterAccess } from "../cluster/types.ts";
import { GpuGate } from "../gpu/GpuGate.ts";
import type { GpuSupportArgs } from "../gpu/GpuSupport.ts";
import type { GpuDevice } from "../gpu/types.ts";
import { SiteNodes } from "../nodes/SiteNodes.ts";
import { cephNamespace } from "../storage/ceph.ts";
import { RookCeph } from "../storage/RookCeph.ts";
import { VolumeCheck } from "../storage/VolumeCheck.ts";
import { leaseClasses } from "./attributes.ts";
import type { SiteConfig } from "./config.ts";
import { nodesDeclaration } from "./nodes.ts";
import type { ObservedSite } from "./observe.ts";
import type { ProviderSiteArgs } from "./ProviderSite.ts";
import { providerRelease } from "./versions.ts";

/** GPUs that are advertised, and why others are not. */
export interface OfferedGpus {
  readonly devices: pulumi.Output<readonly GpuDevice[]>;
  readonly problems: pulumi.Output<readonly string[]>;
}

type Options = pulumi.CustomResourceOptions;

/** The machines of a site that makes its own cluster. */
export function siteNodes(
  name: string,
  { config, observed }: ProviderSiteArgs,
  options: pulumi.ComponentResourceOptions,
): SiteNodes | undefined {
  const declaration = nodesDeclaration(config);
  if (declaration === undefined || observed.nodes === undefined) return undefined;
  return new SiteNodes(`${name}-nodes`, { declaration, observed: observed.nodes }, options);
}

/** The gate before GPUs are advertised; on a cluster of somebody else's there are no buses to compare with. */
export function gpuGate(
  name: string,
  { config, observed: { nodes } }: ProviderSiteArgs,
  cluster: ClusterAccess,
  options: Options,
): GpuGate | undefined {
  if (nodes === undefined) return undefined;
  return new GpuGate(
    `${name}-gpus`,
    {
      cluster,
      expected: nodes.expected,
      hosts: Object.fromEntries(nodes.machines.map(({ name: node, address }) => [node, address])),
      k3sDataDir: config.k3s?.dataDir,
    },
    options,
  );
}

/** What the GPU operator is to install: nothing beside another device plugin, and on machines of ours only what is not installed there by packages. */
export function gpuSupportArgs(
  { gpu, nodes, mirror }: SiteConfig,
  {
    nodes: observed,
    distribution,
    devicePlugin,
  }: Pick<ObservedSite, "devicePlugin" | "distribution" | "nodes">,
): GpuSupportArgs {
  const found = nodes === undefined ? devicePlugin === undefined : (observed?.expected ?? []).length > 0;
  const operator = gpu.operator === "auto" ? (found ? "chart" : "none") : gpu.operator;
  const common = { operator, mirror: mirror.charts } as const;
  if (nodes === undefined) return distribution === undefined ? common : { ...common, distribution };
  const byOperator = gpu.driver.by === "operator";
  return { ...common, driver: byOperator, toolkit: byOperator };
}

/** Ceph on the disks that the machines list. */
export function siteCeph(
  name: string,
  { config, observed }: ProviderSiteArgs,
  options: pulumi.ComponentResourceOptions,
): RookCeph[] {
  const disks = observed.nodes?.disks ?? [];
  if (disks.length === 0) return [];
  const { storage, mirror, network } = config;
  const args = {
    disks,
    replicas: storage.ceph.replicas,
    mirror: mirror.charts,
    retain: network !== "devnet",
  };
  return [new RookCeph(`${name}-ceph`, args, options)];
}

/** CSI drivers of Rook's are named after the namespace of its operator. */
const ROOK_DRIVER = /^(.+)\.(?:rbd|cephfs)\.csi\.ceph\.com$/;

/**
 * What the inventory operator may do in Ceph's namespace: it asks the toolbox for the space that is left. That is the
 * namespace of the site's own Ceph, else of the one behind a declared class: Rook puts it into the class as `clusterID`.
 */
export function cephAccess(
  { storage }: { readonly storage: Pick<SiteConfig["storage"], "classes"> },
  { nodes }: Pick<ObservedSite, "nodes">,
): { cephNamespace?: string } {
  if ((nodes?.disks ?? []).length > 0) return { cephNamespace };
  const [declared] = storage.classes.flatMap(({ provisioner, parameters }) => {
    const operator = ROOK_DRIVER.exec(provisioner)?.[1];
    return operator === undefined ? [] : [parameters["clusterID"] ?? operator];
  });
  return declared === undefined ? {} : { cephNamespace: declared };
}

/** The trial of storage that the site itself makes, before it is advertised. */
export function volumeCheck(
  name: string,
  { config, observed }: ProviderSiteArgs,
  cluster: ClusterAccess,
  options: Options,
): VolumeCheck[] {
  const disks = observed.nodes?.disks ?? [];
  if (disks.length === 0 || !config.storage.ceph.check) return [];
  const classes = leaseClasses(config, observed).map((item) => item.name);
  const { version, image = akashImages(version).provider } = providerRelease(config);
  const args = { cluster, classes, image, backing: JSON.stringify(disks) };
  return [new VolumeCheck(`${name}-volumes`, args, options)];
}
