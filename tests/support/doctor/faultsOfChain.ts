import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fault } from "./faultType.ts";
import { bidOf, leaseOf, makeWallet, type World } from "./world.ts";

const DEAD = "http://127.0.0.1:2";

const withNetwork =
  (changes: object): NonNullable<Fault["declare"]> =>
  (under, { chain }) => ({
    ...under,
    site: { ...under.site, network: { ...chain.network, ...changes } },
  });

const reading = (world: World, changes: object) =>
  writeFileSync(
    world.historyFile,
    JSON.stringify([
      {
        at: new Date(Date.now() - 2 * 86_400_000).toISOString(),
        chainId: world.chain.network.chainId,
        owner: world.owner,
        sequence: 7,
        providerRan: true,
        funds: "20000000",
        ...changes,
      },
    ]),
  );

const provider = (
  world: World,
  change: (record: { attributes: { key: string; value: string }[]; hostUri: string }) => void,
) =>
  world.chain.edit(({ providers }) => {
    const record = providers.get(world.owner);
    if (record !== undefined) change(record);
  });

/** Faults of chain, wallet, registration and certificate. */
export const chainFaults: readonly Fault[] = [
  {
    check: "rpc",
    what: "no endpoint listens",
    make: () => {},
    declare: withNetwork({ rpc: [DEAD] }),
    evidence: /127\.0\.0\.1:2/,
  },
  {
    check: "rpc",
    what: "the endpoint cuts connections",
    make: ({ chain }) => {
      chain.faults.refuseConnections = true;
    },
    evidence: /connection/,
  },
  {
    check: "chain-id",
    what: "the endpoint serves another chain",
    make: ({ chain }) => {
      chain.faults.reportedChainId = "other-1";
    },
    evidence: /serves other-1, not doctor-/,
  },
  {
    check: "chain-synced",
    what: "the endpoint is catching up",
    make: ({ chain }) => {
      chain.faults.catchingUp = true;
    },
    evidence: /catching up, at height \d+/,
  },
  {
    check: "chain-lag",
    what: "the endpoint lags",
    make: ({ chain }) => {
      chain.faults.lagSeconds = 90;
    },
    evidence: /9\d s old/,
  },
  {
    check: "websocket",
    what: "the websocket is missing",
    make: ({ chain }) => {
      chain.faults.websocket = "missing";
    },
    evidence: /its websocket does not work/,
  },
  {
    check: "websocket",
    what: "the websocket never sends a block",
    make: ({ chain }) => {
      chain.faults.websocket = "silent";
    },
    evidence: /no block arrived/,
  },
  {
    check: "generation",
    what: "the chain serves no known messages",
    make: ({ chain }) => {
      chain.faults.failMethods = { akash: "unknown", abci_query: "unknown query path" };
    },
    evidence: /./,
  },
  {
    check: "chain-upgrade",
    what: "an upgrade is announced",
    make: ({ chain }) =>
      chain.edit((state) => {
        state.upgrade = { name: "v3.0.0", height: chain.height + 5000 };
      }),
    evidence: /v3\.0\.0 at block \d+/,
  },
  {
    check: "provider-version",
    what: "the chain speaks an earlier generation than the provider",
    make: ({ chain }) => {
      chain.faults.generation = "v1";
    },
    evidence: /does not speak the messages of a v1 chain/,
  },
  {
    check: "wallet",
    what: "the file with the words is gone",
    make: () => {},
    declare: (under, { folder }) => ({
      ...under,
      site: { ...under.site, wallet: { mnemonicFile: join(folder, "nowhere") } },
    }),
    evidence: /nowhere/,
  },
  {
    check: "keyring",
    what: "another wallet is declared than the cluster holds",
    make: async ({ folder }) => void (await makeWallet(join(folder, "stranger"))),
    declare: (under, { folder }) => ({
      ...under,
      site: { ...under.site, wallet: { mnemonicFile: join(folder, "stranger") } },
    }),
    evidence: /holds the key of akash1\w+, and the declared wallet is akash1/,
  },
  {
    check: "balance",
    what: "the wallet holds less than its reserve",
    make: (world) =>
      world.chain.edit(({ accounts }) => void accounts.get(world.owner)?.balances.set("uakt", 1_200_000n)),
    evidence: /1\.2 AKT free.*minBalance. is 5 AKT/,
  },
  {
    check: "deposits",
    what: "open bids lock all there is",
    make: (world) =>
      world.chain.edit(({ accounts, market }) => {
        accounts.get(world.owner)?.balances.set("uakt", 100_000n);
        market.bids = Array.from({ length: 30 }, (_item, index) =>
          bidOf(world.owner, world.tenant, String(500 + index)),
        );
      }),
    evidence: /30 open bids lock 15 AKT; 0\.1 AKT is left/,
  },
  {
    check: "deposits",
    what: "at its spend rate the wallet is empty within a week",
    make: (world) => reading(world, { funds: "60000000" }),
    evidence: /at 19\.99 AKT a day the rest lasts \d day/,
  },
  {
    check: "registration",
    what: "the chain has no such provider",
    make: ({ chain }) => chain.edit(({ providers }) => providers.clear()),
    evidence: /the chain has no provider akash1/,
  },
  {
    check: "host-uri",
    what: "the record names the provider twice",
    make: (world) =>
      provider(world, (record) => {
        record.hostUri = "https://provider.provider.site.akash-doctor.net:8443";
      }),
    evidence: /`provider\.` twice/,
  },
  {
    check: "gpu-advertised",
    what: "a model is advertised that no node has",
    make: (world) =>
      provider(
        world,
        ({ attributes }) =>
          void attributes.push({ key: "capabilities/gpu/vendor/nvidia/model/h100", value: "true" }),
      ),
    evidence: /h100 advertised/,
  },
  {
    check: "attributes",
    what: "31Gi is advertised for a card of 32",
    make: (world) =>
      provider(world, ({ attributes }) => {
        for (const attribute of attributes) attribute.key = attribute.key.replace("/ram/32Gi", "/ram/31Gi");
      }),
    evidence: /ram\/31Gi should not be there \(no card/,
  },
  {
    check: "attributes",
    what: "the interface stands before the memory",
    make: (world) =>
      provider(world, ({ attributes }) => {
        for (const attribute of attributes) {
          attribute.key = attribute.key.replace("ram/32Gi/interface/pcie", "interface/pcie/ram/32Gi");
        }
      }),
    evidence: /memory goes before interface/,
  },
  {
    check: "auditors",
    what: "an auditor signed another value",
    make: ({ chain }) =>
      chain.edit(
        ({ audits }) => void (audits[0]?.attributes ?? []).splice(0, 1, { key: "tier", value: "premium" }),
      ),
    evidence: /signed other values of tier/,
  },
  {
    check: "certificate",
    what: "the certificate was revoked",
    make: ({ chain }) =>
      chain.edit(({ certificates }) => {
        for (const item of certificates.values()) item.state = "revoked";
      }),
    evidence: /none is valid/,
  },
  {
    check: "certificate-key",
    what: "the key was sealed by another wallet",
    make: async (world) => {
      const stranger = await makeWallet(join(world.folder, "sealer"));
      await storeCertificate(world, await world.useCertificate(365, stranger));
    },
    evidence: /cannot decrypt it/,
  },
  {
    check: "certificate-key",
    what: "the chain has another certificate than the cluster",
    make: async (world) => void (await world.useCertificate(365)),
    evidence: /is not valid on chain/,
  },
  {
    check: "certificate-expiry",
    what: "the certificate ends in days",
    make: async (world) => storeCertificate(world, await world.useCertificate(5)),
    evidence: /days left/,
  },
  {
    check: "certificate-served",
    what: "the provider still serves its former certificate",
    make: async (world) => {
      const former = world.gateway.provider;
      await storeCertificate(world, await world.useCertificate(365));
      world.gateway.provider = former;
    },
    evidence: /it serves serial \d+ of akash1\w+; on chain is \d+/,
  },
  {
    check: "orphaned-namespaces",
    what: "a lease is closed on chain and still runs",
    make: ({ chain }) =>
      chain.edit(({ market }) => {
        market.leases = [];
      }),
    evidence: /1 closed on chain and still there: .* \(deployment 100\)/,
  },
  {
    check: "missing-workloads",
    what: "a lease is active and nothing of it runs",
    make: (world) => {
      for (let left = 110; left > 0; left--) world.chain.produceBlock();
      world.chain.edit(({ market }) => void market.leases.push(leaseOf(world.owner, world.tenant, "200", 1)));
    },
    evidence: /no namespace for deployment 200/,
  },
];

/** Puts a sealed key into the cluster's Secret. */
async function storeCertificate({ cluster, owner }: World, pem: string): Promise<void> {
  const path = "/api/v1/namespaces/akash-services/secrets/akash-provider-certificate";
  const data = { [`${owner}.pem`]: Buffer.from(pem).toString("base64") };
  await cluster.request("PATCH", path, { data }, "application/merge-patch+json");
}
