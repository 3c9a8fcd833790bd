import { join } from "node:path";
import { cacheRootOf } from "../../toolchain/cache.ts";
import { requireExceptions } from "../akash/boundary/addresses.ts";
import { mutatingAdmissionVersion } from "../akash/boundary/detect.ts";
import type { MutatingAdmissionVersion } from "../akash/boundary/leaseEgress.ts";
import { openChain } from "../chain/client.ts";
import { resolveNetwork } from "../chain/networks.ts";
import type { Generation } from "../chain/types.ts";
import { ensureCrds } from "../charts/crds.ts";
import { ensureChart } from "../charts/moduleChart.ts";
import { type Cluster, ClusterUnreachable, openCluster } from "../cluster/index.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";
import { commonModels } from "../gpu/commonModels.ts";
import { loadGpuDatabase } from "../gpu/database.ts";
import { detectFromNodes } from "../gpu/detect.ts";
import { DAEMON_SETS, type DaemonSetView, foreignDevicePlugin } from "../gpu/devicePlugins.ts";
import { DevicePluginPresent } from "../gpu/errors.ts";
import { type Distribution, distributionOf } from "../gpu/operatorValues.ts";
import type { GpuDatabase, GpuDetection, NodeView } from "../gpu/types.ts";
import type { ObservedNodes } from "../nodes/types.ts";
import { openWallet } from "../wallet/openWallet.ts";
import type { SiteConfig } from "./config.ts";
import {
  addressOfNodes,
  admissionOfRelease,
  clusterExists,
  gpusOfNodes,
  hostsOfMachines,
  internalAddresses,
  kubeconfigOf,
  nodesDeclaration,
} from "./nodes.ts";
import { type PublicAddress, publicAddress } from "./publicAddress.ts";
import { siteVersions } from "./versions.ts";

export { kubeconfigOf } from "./nodes.ts";

/** What the declaration is completed with: read from the wallet, the chain and the cluster at the start of a run. */
export interface ObservedSite {
  /** The wallet's address, `akash1…`. */
  readonly owner: string;
  readonly chain: { readonly chainId: string; readonly generation: Generation; readonly rpc: string };
  readonly gpu: GpuDetection;
  /** Whose nodes those of an existing cluster are; absent where the site makes its own, which is K3s. */
  readonly distribution?: Distribution;
  /** `namespace/name` of a device plugin on an existing cluster that is not of the site's own GPU operator. */
  readonly devicePlugin?: string;
  /** Public address of the site: an IP address or `cname:NAME`. */
  readonly address: string;
  /** What may keep tenants from reaching it, with what to do; absent where nothing is known of. */
  readonly addressWarning?: string;
  /** Version in which the API server can narrow the network policies of leases; absent where it cannot. */
  readonly mutatingAdmission: MutatingAdmissionVersion | undefined;
  /** Text of the kubeconfig, a secret; "" before the site's own cluster is made. */
  readonly kubeconfig: string;
  /** The machines of a site that makes its own cluster. */
  readonly nodes?: ObservedNodes;
}

export interface ObserveOptions {
  /**
   * Take only an endpoint whose websocket delivers a block. Default: where there is a choice, so that the provider
   * is given the same one in every run.
   */
  readonly websocket?: boolean;
}

/**
 * Reads what the site's declaration is completed with. Nothing is changed.
 *
 * @throws the typed errors of wallet, chain and cluster, each with its remedy
 */
export async function observeSite(config: SiteConfig, options: ObserveOptions = {}): Promise<ObservedSite> {
  const { websocket = resolveNetwork(config.network).rpc.length > 1 } = options;
  const machines = observeSiteNodes(config);
  const existing = clusterExists(config) ? observeExisting(config) : notYet(config);
  const [wallet, chain, nodes, cluster, address] = await Promise.all([
    openWallet(config.wallet),
    openChain(config.network, { websocket }),
    machines,
    existing,
    Promise.all([machines, existing]).then(([found, { nodeAddresses }]) =>
      addressOf(config, found, nodeAddresses),
    ),
    artefacts(config),
  ]);
  const { gpu, nodeAddresses: _, ...rest } = cluster;
  requireExceptions({ lan: config.provider.lan, mutatingAdmission: cluster.mutatingAdmission });
  return {
    owner: wallet.address,
    chain: { chainId: chain.network.chainId, generation: chain.generation, rpc: chain.endpoint },
    // What machines of one's own have is known from their buses, before there is a cluster and after.
    gpu: nodes === undefined ? gpu : gpusOfNodes(nodes),
    ...rest,
    address: address.address,
    ...(address.warning === undefined ? {} : { addressWarning: address.warning }),
    ...(nodes === undefined ? {} : { nodes }),
  };
}

interface ObservedCluster
  extends Pick<ObservedSite, "devicePlugin" | "distribution" | "gpu" | "kubeconfig" | "mutatingAdmission"> {
  /** Of the nodes of a cluster that is not the site's own, in their network. */
  readonly nodeAddresses: readonly string[];
}

/** A cluster of the site's own that does not answer is the machines' to bring back, so it stops nobody here. */
async function observeExisting(config: SiteConfig): Promise<ObservedCluster> {
  try {
    return await askCluster(config);
  } catch (error) {
    if (config.nodes === undefined || !(error instanceof ClusterUnreachable)) throw error;
    return notYet(config);
  }
}

async function askCluster(config: SiteConfig): Promise<ObservedCluster> {
  const kubeconfigPath = kubeconfigOf(config);
  const cluster = openCluster({ kubeconfigPath });
  const [nodes, devicePlugin, mutatingAdmission, kubeconfig] = await Promise.all([
    config.nodes === undefined ? cluster.then(readNodes) : undefined,
    config.nodes === undefined ? cluster.then((open) => otherDevicePlugin(open, config)) : undefined,
    cluster.then(mutatingAdmissionVersion),
    readKubeconfig({ kubeconfigPath }),
  ]);
  const common = { mutatingAdmission, kubeconfig: kubeconfig.text };
  if (nodes === undefined) return { gpu: noGpus, nodeAddresses: [], ...common };
  const plugin = devicePlugin === undefined ? {} : { devicePlugin };
  const [gpu, nodeAddresses] = [await gpusOn(nodes), internalAddresses(nodes)];
  return { gpu, distribution: distributionOf(nodes), nodeAddresses, ...plugin, ...common };
}

/**
 * `namespace/name` of a device plugin that is not the site's own. Looked for only where the site would install one:
 * two on a node offer its GPUs twice.
 *
 * @throws DevicePluginPresent where the declaration itself asks for the GPU operator
 */
export async function otherDevicePlugin(
  cluster: Pick<Cluster, "get">,
  { gpu }: Pick<SiteConfig, "gpu">,
): Promise<string | undefined> {
  if (gpu.operator === "none") return undefined;
  const list = await cluster.get<{ readonly items: readonly DaemonSetView[] }>(DAEMON_SETS);
  const found = foreignDevicePlugin(list?.items ?? []);
  if (found !== undefined && gpu.operator === "chart") throw new DevicePluginPresent(found);
  return found;
}

const noGpus: GpuDetection = { devices: [], problems: [] };

/** A cluster that this run makes or brings back: what it will offer follows from its release. */
async function notYet(config: SiteConfig): Promise<ObservedCluster> {
  const mutatingAdmission = admissionOfRelease(siteVersions(config).k3s);
  return { gpu: noGpus, nodeAddresses: [], mutatingAdmission, kubeconfig: "" };
}

/** Loaded only where there are machines: a site on a cluster needs no SSH. */
async function observeSiteNodes(config: SiteConfig): Promise<ObservedNodes | undefined> {
  const declaration = nodesDeclaration(config);
  if (declaration === undefined) return undefined;
  const { observeNodes } = await import("../nodes/observe.ts");
  return observeNodes(declaration, { database: databaseFor });
}

async function addressOf(
  { address, domain, nodes }: SiteConfig,
  machines: ObservedNodes | undefined,
  nodeAddresses: readonly string[],
): Promise<PublicAddress> {
  const own = address === "auto" ? addressOfNodes(machines) : undefined;
  if (own !== undefined) return { address: own };
  const near = nodes === undefined ? nodeAddresses : hostsOfMachines(nodes);
  return publicAddress({ declared: address, domain, nodes: near });
}

/** Definitions and charts of what the site declares are fetched once; declaring them then needs no network. */
async function artefacts({ ingress, mirror, nodes }: SiteConfig): Promise<void> {
  const from = mirror.charts === undefined ? {} : { mirror: mirror.charts };
  const ceph = nodes?.some(({ disks }) => disks.length > 0) ?? false;
  await Promise.all([
    ingress.mode === "gateway" ? ensureCrds("gateway-api", from) : undefined,
    ceph ? ensureCrds("rook", from) : undefined,
    ingress.controller === "chart" ? ensureChart("cert-manager", from) : undefined,
  ]);
}

/** The GPUs that nodes really offer to pods. */
export async function detectGpus(cluster: Cluster): Promise<GpuDetection> {
  return gpusOn(await readNodes(cluster));
}

async function readNodes(cluster: Cluster): Promise<readonly NodeView[]> {
  const list = await cluster.get<{ readonly items: readonly NodeView[] }>("/api/v1/nodes");
  return list?.items ?? [];
}

async function gpusOn(nodes: readonly NodeView[]): Promise<GpuDetection> {
  const known = detectFromNodes(nodes, commonModels);
  // The network's whole database is fetched only for a card that the common ones do not cover.
  const unknown = known.problems.some(({ kind }) => kind === "unknown-pci-id" || kind === "unknown-product");
  if (!unknown) return known;
  return detectFromNodes(nodes, await wholeDatabase());
}

async function wholeDatabase(): Promise<GpuDatabase> {
  return (await loadGpuDatabase({ cacheFile: join(cacheRootOf(), "gpus.json") })).database;
}

/** The common models, or the network's whole database for a card that they do not cover. */
async function databaseFor(ids: readonly string[]): Promise<GpuDatabase> {
  return ids.every((id) => commonModels.has(id)) ? commonModels : wholeDatabase();
}
