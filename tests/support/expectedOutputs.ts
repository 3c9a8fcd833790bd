import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { openChain } from "../../components/chain/index.ts";
import type { NetworkConfig } from "../../components/chain/types.ts";
import type { Cluster } from "../../components/cluster/index.ts";
import { transactionsOf } from "./transactions.ts";

interface Nodes {
  readonly items: readonly { readonly status: { readonly allocatable: Readonly<Record<string, string>> } }[];
}

const GPU = "nvidia.com/gpu";

/** Of each name of the site, whose domain no name server knows. */
const RECORD = {
  ...{ type: "A", value: "127.0.0.1", ttl: 300 },
  unverified: "is under a domain that is reserved for tests",
};

/**
 * Every output of the embedded site as the contract has it (secrets hidden), told by the chain and the cluster
 * themselves.
 */
export async function expectedOutputs(network: NetworkConfig, cluster: Cluster, owner: string) {
  const chain = await openChain(network);
  const [record, certificates, balances, transactions, nodes] = await Promise.all([
    chain.provider(owner),
    chain.certificates(owner),
    chain.balances(owner),
    transactionsOf(network, owner),
    cluster.get<Nodes>("/api/v1/nodes"),
  ]);
  const written = transactions.findLast(({ messages }) =>
    messages.some((type) => /\.Msg(Create|Update)Provider$/.test(type)),
  );
  const published = certificates.find(({ state }) => state === "valid");
  assert.ok(record && written && published);
  const certificate = new X509Certificate(published.certificatePem);
  const gpus = (nodes?.items ?? []).map(({ status }) => Number(status.allocatable[GPU] ?? 0));
  const host = new URL(record.hostUri).hostname;
  const domain = host.replace(/^provider\./, "");
  return {
    site: "dev",
    owner,
    hostUri: record.hostUri,
    network: { chainId: network.chainId, generation: chain.generation, rpc: chain.endpoint },
    registration: {
      owner: record.owner,
      hostUri: record.hostUri,
      attributes: Object.fromEntries(record.attributes.map(({ key, value }) => [key, value])),
      txHash: written.hash,
      height: written.height,
    },
    certificate: {
      serial: BigInt(`0x${certificate.serialNumber}`).toString(),
      notBefore: new Date(certificate.validFrom).toISOString(),
      notAfter: new Date(certificate.validTo).toISOString(),
      state: published.state,
      fingerprint: certificate.fingerprint256,
    },
    dns: [host, `*.ingress.${domain}`].map((name) => ({ name, ...RECORD })),
    gpu: { allocatable: gpus.reduce((sum, count) => sum + count, 0), models: ["rtx5090"] },
    nodes: [],
    isolation: "private-and-shared",
    endpoints: { provider: record.hostUri, leases: `https://*.ingress.${domain}` },
    kubeconfig: "[secret]",
    balance: Object.fromEntries(Object.entries(balances).map(([name, amount]) => [name, String(amount)])),
  };
}
