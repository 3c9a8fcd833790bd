import { existsSync } from "node:fs";
import { isIPv4 } from "node:net";
import type { MutatingAdmissionVersion } from "../akash/boundary/leaseEgress.ts";
import { absolutePath } from "../cluster/paths.ts";
import { isCarrierAddress, isPrivateAddress } from "../dns/address.ts";
import type { GpuDetection, NodeView } from "../gpu/types.ts";
import { siteKubeconfigPath } from "../k3s/names.ts";
import { parseVersion } from "../k3s/versions.ts";
import type { NodesDeclaration, ObservedNodes } from "../nodes/types.ts";
import type { SiteConfig } from "./config.ts";
import { siteVersions } from "./versions.ts";

/** Absolute path of the kubeconfig: the declared one, or that of the cluster made from `nodes`. */
export function kubeconfigOf(config: Pick<SiteConfig, "cluster" | "name">): string {
  return config.cluster === undefined
    ? siteKubeconfigPath(config.name)
    : absolutePath(config.cluster.kubeconfig);
}

/** Whether there is a cluster to look at: a declared one must be there, one of `nodes` is after the first `up`. */
export function clusterExists(config: Pick<SiteConfig, "cluster" | "name">): boolean {
  return config.cluster !== undefined || existsSync(kubeconfigOf(config));
}

/** The machines of a site in the terms of what makes a cluster of them; undefined for a site on a cluster. */
export function nodesDeclaration(config: SiteConfig): NodesDeclaration | undefined {
  const { name, nodes, hosts, k3s = {}, mirror, gpu } = config;
  if (nodes === undefined) return undefined;
  return {
    site: name,
    nodes,
    hosts,
    k3s: {
      ...k3s,
      version: siteVersions(config).k3s,
      ...(mirror.k3s === undefined ? {} : { mirror: mirror.k3s }),
    },
    driver: gpu.driver,
  };
}

/** What the buses of the machines show, as if every card were offered: the gate takes back what is not. */
export function gpusOfNodes({ expected, problems, cuda }: ObservedNodes): GpuDetection {
  return {
    devices: expected.map(({ count, ...model }) => ({ ...model, present: count, allocatable: count })),
    problems,
    ...(cuda === undefined ? {} : { cuda }),
  };
}

/** The first public address by which a machine is reached: its own, so nothing needs to be found out. */
export function addressOfNodes(nodes: ObservedNodes | undefined): string | undefined {
  return publicHost(nodes?.machines.map(({ address }) => address.host) ?? []);
}

/** The first of these hosts that is a public IPv4 address. */
export function publicHost(hosts: readonly string[]): string | undefined {
  return hosts.find((host) => isIPv4(host) && !isPrivateAddress(host) && !isCarrierAddress(host));
}

/** Where this machine reaches the site's own: addresses, names, or `local`; none by way of a bastion, which is elsewhere. */
export function hostsOfMachines(nodes: NonNullable<SiteConfig["nodes"]>): string[] {
  return nodes.flatMap(({ host, bastion }) => (bastion === undefined ? [host] : []));
}

/** Addresses of a cluster's nodes in their own network. */
export function internalAddresses(nodes: readonly NodeView[]): string[] {
  const addresses = nodes.flatMap(({ status }) => status?.addresses ?? []);
  return addresses.filter(({ type }) => type === "InternalIP").map(({ address }) => address);
}

/**
 * Version of mutating admission policies in a cluster of this release as it is set up here: switched on where they
 * are behind a switch (`nodeConfig`), on by themselves from Kubernetes 1.36.
 */
export function admissionOfRelease(k3s: string): MutatingAdmissionVersion | undefined {
  const { minor } = parseVersion(k3s);
  if (minor >= 36) return "v1";
  return minor >= 34 ? "v1beta1" : undefined;
}
