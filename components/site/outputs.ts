import { readFile } from "node:fs/promises";
import * as pulumi from "@pulumi/pulumi";
import { openChain } from "../chain/client.ts";
import type { DnsRecord } from "../dns/records.ts";
import type { SiteNodes } from "../nodes/SiteNodes.ts";
import type { ProviderSite, ProviderSiteArgs } from "./ProviderSite.ts";

/** What a stack says of its site: the outputs that people and programs rely on. */
export function siteOutputs(provider: ProviderSite, { config, observed }: ProviderSiteArgs) {
  const { registration, certificate } = provider;
  return {
    site: config.name,
    owner: observed.owner,
    hostUri: config.hostUri,
    network: observed.chain,
    registration: {
      owner: registration.owner,
      hostUri: registration.hostUri,
      attributes: registration.attributes,
      txHash: registration.txHash,
      height: registration.height,
    },
    certificate: {
      serial: certificate.serial,
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
      state: certificate.state,
      fingerprint: certificate.fingerprint,
    },
    dns: pulumi
      .all([provider.dns.records, provider.dns.unverified])
      .apply(([records, unverified]) => dnsOutput(records, unverified)),
    gpu: pulumi.all([provider.gpu.devices, provider.gpu.problems]).apply(([devices, problems]) => {
      const offered = devices.filter(({ allocatable }) => allocatable > 0);
      return {
        allocatable: offered.reduce((sum, { allocatable }) => sum + allocatable, 0),
        models: [...new Set(offered.map(({ model }) => model))],
        ...(problems.length === 0 ? {} : { problems }),
      };
    }),
    // None where the cluster is not the site's own; the engine would warn of an output that is undefined.
    nodes: provider.nodes === undefined ? [] : nodesOutput(provider.nodes),
    isolation: provider.isolation,
    endpoints: { provider: config.hostUri, leases: `https://*.ingress.${config.domain}` },
    kubeconfig: pulumi.secret(
      provider.nodes === undefined
        ? observed.kubeconfig
        : provider.nodes.kubeconfigPath.apply((path) => readFile(path, "utf8")),
    ),
    // After the transactions of this run, in base units by denomination.
    balance: pulumi
      .all([registration.height, certificate.serial])
      .apply(() => readBalance(config.network, observed.owner)),
  };
}

/**
 * The records, each with why it is not verified where a person has yet to make it.
 *
 * @param unverified reasons by name
 */
export function dnsOutput(records: readonly DnsRecord[], unverified: Readonly<Record<string, string>>) {
  return records.map((record) => {
    const reason = unverified[record.name];
    return reason === undefined ? record : { ...record, unverified: reason };
  });
}

/** Each machine of the site: name, role and release of K3s, and the GPU driver where there is one. */
function nodesOutput({ cluster, drivers }: SiteNodes) {
  const { servers, agents } = cluster.plan;
  return [...servers, ...agents].map(({ node, role, address }) => ({
    node,
    host: address.host,
    role,
    k3s: cluster.nodes[node]?.version,
    ...(drivers[node] === undefined ? {} : { driver: drivers[node].driverVersion }),
  }));
}

async function readBalance(network: ProviderSiteArgs["config"]["network"], owner: string) {
  const chain = await openChain(network);
  const balances = Object.entries(await chain.balances(owner));
  return Object.fromEntries(balances.map(([denomination, amount]) => [denomination, String(amount)]));
}
