import * as pulumi from "@pulumi/pulumi";
import { openChain } from "../chain/index.ts";
import type { ProviderSite, ProviderSiteArgs } from "./ProviderSite.ts";

/** What a stack says of its site: the outputs that people and programs rely on. */
export function siteOutputs(provider: ProviderSite, { config, observed }: ProviderSiteArgs) {
  const { registration, certificate } = provider;
  const offered = observed.gpu.devices.filter(({ allocatable }) => allocatable > 0);
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
    dns: provider.dns.records,
    gpu: {
      allocatable: offered.reduce((sum, { allocatable }) => sum + allocatable, 0),
      models: [...new Set(offered.map(({ model }) => model))],
    },
    endpoints: { provider: config.hostUri, leases: `https://*.ingress.${config.domain}` },
    kubeconfig: pulumi.secret(observed.kubeconfig),
    // After the transactions of this run, in base units by denomination.
    balance: pulumi
      .all([registration.height, certificate.serial])
      .apply(() => readBalance(config.network, observed.owner)),
  };
}

async function readBalance(network: ProviderSiteArgs["config"]["network"], owner: string) {
  const chain = await openChain(network);
  const balances = Object.entries(await chain.balances(owner));
  return Object.fromEntries(balances.map(([denomination, amount]) => [denomination, String(amount)]));
}
