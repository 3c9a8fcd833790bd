import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { openCluster } from "../../components/cluster/index.ts";
import { isCarrierAddress, isPrivateAddress } from "../../components/dns/address.ts";
import { commonModels } from "../../components/gpu/commonModels.ts";
import { detectFromNodes } from "../../components/gpu/detect.ts";
import type { NodeView } from "../../components/gpu/types.ts";

/** A machine to be reached over SSH. */
export interface NodeAnswer {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

/** Where a site runs: a cluster that exists, or machines that become one. */
export type Place = { readonly kubeconfig: string } | { readonly nodes: readonly NodeAnswer[] };

/** Reads `~/.kube/config`, or `root@192.0.2.10, ubuntu@192.0.2.11:2222`. A slash makes it a path. */
export function parsePlace(text: string): Place {
  const trimmed = text.trim();
  if (trimmed.includes("/")) return { kubeconfig: trimmed };
  const nodes = trimmed.split(",").map((part): NodeAnswer => {
    const [, user, host = "", port] = /^(?:([^@\s]+)@)?(.*?)(?::(\d+))?$/.exec(part.trim()) ?? [];
    if (isIP(part.trim()) === 6) return { host: part.trim() };
    return {
      host,
      ...(user === undefined ? {} : { user }),
      ...(port === undefined ? {} : { port: Number(port) }),
    };
  });
  return { nodes };
}

/** What a cluster that exists tells of itself. */
export interface ClusterFacts {
  /** Address of its API server, `https://…`. */
  readonly server: string;
  readonly nodes: number;
  /** GPU models its nodes offer, as the network names them. */
  readonly gpuModels: readonly string[];
}

/** Asks a cluster what it has. */
export async function readCluster(kubeconfig: string): Promise<ClusterFacts> {
  const cluster = await openCluster({ kubeconfigPath: kubeconfig }, { timeoutMs: 5_000 });
  const list = await cluster.get<{ items: NodeView[] }>("/api/v1/nodes");
  const nodes = list?.items ?? [];
  const { devices } = detectFromNodes(nodes, commonModels);
  const models = devices.filter(({ allocatable }) => allocatable > 0).map(({ model }) => model);
  return { server: cluster.server, nodes: nodes.length, gpuModels: [...new Set(models)].sort() };
}

/** Where a place is, seen from the machine that asks. */
export type Location =
  /** On this machine or in its network; the address is the one a router forwards to. */
  | { readonly kind: "here"; readonly lanAddress?: string }
  /** Elsewhere, at a public address. */
  | { readonly kind: "elsewhere"; readonly publicAddress: string };

/**
 * Where the site's first machine is.
 *
 * @param server address of the cluster's API server, when there is a cluster
 * @param own addresses of the machine that asks
 * @param resolve a host name's address; another one in tests
 */
export async function locate(
  place: Place,
  server: string | undefined,
  own: readonly string[],
  resolve: (host: string) => Promise<string | undefined> = resolveHost,
): Promise<Location> {
  const named = "nodes" in place ? place.nodes[0]?.host : hostOf(server);
  const address = named === undefined || isIP(named) !== 0 ? named : await resolve(named);
  if (address === undefined || own.includes(address)) return { kind: "here" };
  if (isLoopback(address) || isCarrierAddress(address)) return { kind: "here" };
  return isPrivateAddress(address)
    ? { kind: "here", lanAddress: address }
    : { kind: "elsewhere", publicAddress: address };
}

const isLoopback = (address: string): boolean => address.startsWith("127.") || address === "::1";

function hostOf(server: string | undefined): string | undefined {
  return server === undefined ? undefined : new URL(server).hostname.replace(/^\[|\]$/g, "");
}

async function resolveHost(host: string): Promise<string | undefined> {
  const found = await lookup(host).catch(() => undefined);
  return found?.address;
}
