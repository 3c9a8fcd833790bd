import { homedir } from "node:os";
import { join } from "node:path";
import { mutatingAdmissionVersion } from "../akash/boundary/detect.ts";
import type { MutatingAdmissionVersion } from "../akash/boundary/leaseEgress.ts";
import { openChain } from "../chain/client.ts";
import { resolveNetwork } from "../chain/networks.ts";
import type { Generation } from "../chain/types.ts";
import { ensureCrds } from "../charts/crds.ts";
import { type Cluster, openCluster } from "../cluster/index.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";
import { absolutePath } from "../cluster/paths.ts";
import { resolveAddress } from "../dns/address.ts";
import { machineLookups } from "../dns/lookups.ts";
import { commonModels } from "../gpu/commonModels.ts";
import { loadGpuDatabase } from "../gpu/database.ts";
import { detectFromNodes } from "../gpu/detect.ts";
import type { GpuDetection, NodeView } from "../gpu/types.ts";
import { openWallet } from "../wallet/openWallet.ts";
import type { SiteConfig } from "./config.ts";

/** What the declaration is completed with: read from the wallet, the chain and the cluster at the start of a run. */
export interface ObservedSite {
  /** The wallet's address, `akash1…`. */
  readonly owner: string;
  readonly chain: { readonly chainId: string; readonly generation: Generation; readonly rpc: string };
  readonly gpu: GpuDetection;
  /** Public address of the site: an IP address or `cname:NAME`. */
  readonly address: string;
  /** Version in which the API server can narrow the network policies of leases; absent where it cannot. */
  readonly mutatingAdmission: MutatingAdmissionVersion | undefined;
  /** Text of the kubeconfig; a secret. */
  readonly kubeconfig: string;
}

/** A declaration that asks for what cannot be built yet or leaves out where the site runs. */
export class SiteNotBuildable extends Error {
  override readonly name = "SiteNotBuildable";
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
  const kubeconfigPath = kubeconfigOf(config);
  const { websocket = resolveNetwork(config.network).rpc.length > 1 } = options;
  const cluster = openCluster({ kubeconfigPath });
  const [wallet, chain, gpu, mutatingAdmission, address, kubeconfig] = await Promise.all([
    openWallet(config.wallet),
    openChain(config.network, { websocket }),
    cluster.then(detectGpus),
    cluster.then(mutatingAdmissionVersion),
    publicAddress(config),
    readKubeconfig({ kubeconfigPath }),
    gatewayDefinitions(config),
  ]);
  return {
    owner: wallet.address,
    chain: { chainId: chain.network.chainId, generation: chain.generation, rpc: chain.endpoint },
    gpu,
    mutatingAdmission,
    address,
    kubeconfig: kubeconfig.text,
  };
}

async function publicAddress(config: SiteConfig): Promise<string> {
  const { address, problem, message } = await resolveAddress(config.address, machineLookups);
  if (address === undefined || problem !== undefined) throw new SiteNotBuildable(message ?? "");
  return address;
}

/** Absolute path of the cluster's kubeconfig. */
export function kubeconfigOf(config: SiteConfig): string {
  if (config.cluster === undefined) {
    throw new SiteNotBuildable(
      "`nodes` are not built into a cluster yet. Make the cluster first and give its `cluster: {kubeconfig: PATH}` instead.",
    );
  }
  return absolutePath(config.cluster.kubeconfig);
}

/** The Gateway API's definitions are fetched once; declaring them then needs no network. */
async function gatewayDefinitions({ ingress, mirror }: SiteConfig): Promise<void> {
  if (ingress.mode !== "gateway") return;
  await ensureCrds("gateway-api", mirror.charts === undefined ? {} : { mirror: mirror.charts });
}

/** The GPUs that nodes really offer to pods. */
export async function detectGpus(cluster: Cluster): Promise<GpuDetection> {
  const list = await cluster.get<{ readonly items: readonly NodeView[] }>("/api/v1/nodes");
  const nodes = list?.items ?? [];
  const known = detectFromNodes(nodes, commonModels);
  // The network's whole database is fetched only for a card that the common ones do not cover.
  const unknown = known.problems.some(({ kind }) => kind === "unknown-pci-id" || kind === "unknown-product");
  if (!unknown) return known;
  const cacheFile = join(
    process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
    "pulumi-akash",
    "gpus.json",
  );
  const { database } = await loadGpuDatabase({ cacheFile });
  return detectFromNodes(nodes, database);
}
