import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { after, afterEach, before, describe, it } from "mocha";
import type { LeaseRecord, OrderRecord } from "../../components/chain/market/index.ts";
import { submit } from "../../components/chain/submit.ts";
import type { NetworkConfig } from "../../components/chain/types.ts";
import { describeStatus } from "../../doctor/status/describe.ts";
import { siteStatus } from "../../doctor/status/status.ts";
import { startChain, stopChain } from "../../embedded/index.ts";
import { ensureToolchain } from "../../toolchain/index.ts";
import { ChainCommandLine } from "../support/doctor/tenant.ts";
import { bidOf, leaseOf, startWorld, type World } from "../support/doctor/world.ts";
import { makeWallet, recordOf, type TestWallet } from "./chainSupport.ts";

describe("a site's status", function () {
  this.timeout(300_000);
  let world: World;

  before(async () => {
    world = await startWorld();
  });
  afterEach(() => world?.restore());
  after(() => world?.stop());

  const order = (dseq: string, rest: Partial<OrderRecord> = {}, price = "1000"): OrderRecord => ({
    id: { owner: world.tenant, dseq, gseq: 1, oseq: 1 },
    state: "open",
    createdAt: 1,
    requirements: { attributes: [], signedByAll: [], signedByAny: [] },
    resources: [
      {
        ...{ count: 1, price: { denom: "uact", amount: price }, cpu: 1000, memory: 1 },
        ...{ gpu: { units: 0, attributes: [] }, storage: [], endpoints: ["http" as const] },
      },
    ],
    ...rest,
  });

  it("is leases, earnings, deposits, orders and a next action, from a chain of the current generation", async () => {
    const { chain, owner, tenant } = world;
    const wanted = (change: object) => ({
      requirements: { attributes: [], signedByAll: [], signedByAny: [], ...change },
    });
    const ended = (dseq: string, state: LeaseRecord["state"], uact: bigint): LeaseRecord => ({
      ...leaseOf(owner, tenant, dseq, 1),
      ...{ state, closedOn: 2 },
      payment: {
        state: "closed",
        balance: { denom: "uact", amount: "0" },
        withdrawn: { denom: "uact", amount: uact },
      },
    });
    chain.edit(({ market }) => {
      market.leases.push(ended("90", "closed", 3_000_000n), ended("91", "insufficient_funds", 1_000_000n));
      market.orders = [
        order("300"),
        order("301", wanted({ attributes: [{ key: "tier", value: "pro" }] })),
        order("302", wanted({ signedByAll: ["akash1nobody"] })),
        order("303", {}, "0.001"),
        order("304", { state: "closed" }),
      ];
      const rival = { ...bidOf("akash1rival", tenant, "305"), state: "active" as const };
      market.bids = [
        bidOf(owner, tenant, "300"),
        { ...bidOf(owner, tenant, "100"), state: "active" },
        { ...bidOf(owner, tenant, "305", 0n), state: "lost" },
        { ...rival, price: { denom: "uact", amount: "1" } },
      ];
    });
    const status = await siteStatus(world.under, world.options);
    const { at: _at, certificateUntil, ...rest } = status;
    assert.ok(certificateUntil);
    assert.deepEqual(rest, {
      site: "garage",
      owner,
      chainId: chain.network.chainId,
      registered: true,
      leases: [{ deployment: "100", tenant, price: { denom: "uact", amount: "10.5" }, sinceBlock: 1 }],
      earnings: {
        perDay: { uact: "151200" },
        withdrawn: { uact: "7000000" },
        waiting: { uact: "1500000" },
      },
      deposits: { openBids: 1, locked: { uakt: "1000000" } },
      orders: {
        open: 4,
        bids: { open: 1, won: 3, lost: 1 },
        passedOver: { attribute: 1, "not audited": 1, price: 1 },
        lostTo: { price: 1 },
      },
      balance: { uakt: "20000000" },
      unknown: [],
      next: "Nothing to do. `npm run doctor -- -s garage` looks deeper.",
    });
    const text = stripVTControlCharacters(describeStatus(status));
    assert.match(
      text.replace(/\s+/g, " "),
      /no bid for their price \(1\), want of an audit \(1\), attributes \(1\)/,
    );
    for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  });

  it("says that there are more lost bids than it counts", async () => {
    const { chain, owner, tenant } = world;
    chain.edit(({ market }) => {
      market.bids = Array.from({ length: 501 }, (_item, index) => ({
        ...bidOf(owner, tenant, String(1000 + index), 0n),
        state: "lost" as const,
      }));
    });
    const status = await siteStatus(world.under, world.options);
    assert.equal(status.orders.bids.lost, 500);
    assert.deepEqual(status.unknown, ["Only 500 of the lost bids were counted; there are more."]);
  });

  it("says what cannot be known", async () => {
    const path = "/akash.market.v1beta5.Query/Orders";
    assert.ok(world.api);
    world.api.down = true;
    world.chain.edit(({ market }) => void market.orders.push(order("400")));
    const status = await siteStatus(world.under, world.options);
    assert.match(status.unknown.join("\n"), /The cluster does not answer, so GPUs are taken from the record/);
    assert.ok((world.chain.requests.get(`abci_query:${path}`) ?? 0) > 0);
  });

  describe("from a real chain of the previous generation", () => {
    let network: NetworkConfig;
    let provider: TestWallet;
    let tenant: TestWallet;

    before(async () => {
      const { folder } = world;
      provider = await makeWallet(join(folder, "provider"));
      tenant = await makeWallet(join(folder, "customer"));
      const toolchain = await ensureToolchain({ tools: ["akash"] });
      const coins = "50000000uakt";
      const accounts = [provider, tenant].map(({ address }) => ({ address, coins }));
      const started = await startChain({ folder: join(folder, "chain"), toolchain, accounts });
      network = { chainId: started.chainId, rpc: started.rpc, gasPrice: started.gasPrice };
      process.env["PULUMI_AKASH_STATE"] = join(folder, "signing");
      const attributes = [{ key: "tier", value: "community" }];
      await submit(network, provider.source, async () => [
        { type: "createProvider", record: recordOf(provider.address, { attributes }) },
      ]);
      const akash = toolchain.path("akash");
      const line = new ChainCommandLine(akash, join(folder, "akash-home"), network);
      await line.addKey("customer", await readFile(join(folder, "customer"), "utf8"));
      await line.addKey("provider", await readFile(join(folder, "provider"), "utf8"));
      await line.send("customer", "cert", "generate", "client").catch(() => undefined);
      await line.send("customer", "cert", "publish", "client");
      await line.deploy("customer", "11", "tier: community");
      await line.deploy("customer", "12", "tier: pro");
      const order = ["--owner", tenant.address, "--dseq", "11", "--gseq", "1", "--oseq", "1"];
      await line.send(
        "provider",
        "market",
        "bid",
        "create",
        ...order,
        "--price",
        "10uakt",
        "--deposit",
        "500000uakt",
      );
      await line.send("customer", "market", "lease", "create", ...order, "--provider", provider.address);
    });
    after(async () => {
      delete process.env["PULUMI_AKASH_STATE"];
      await stopChain(join(world.folder, "chain"));
    });

    it("has the lease that was won, its deposit and the order that was passed over", async () => {
      const site = { ...world.site, network, wallet: provider.source };
      const status = await siteStatus({ name: "old", site, embedded: false }, world.options);
      assert.deepEqual(
        status.leases.map(({ deployment, tenant: owner, price }) => [deployment, owner, price]),
        [["11", tenant.address, { denom: "uakt", amount: "10" }]],
      );
      assert.deepEqual(status.deposits, { openBids: 0, locked: { uakt: "500000" } });
      assert.deepEqual(status.earnings.perDay, { uakt: "144000" });
      assert.deepEqual(status.orders, {
        open: 1,
        bids: { open: 0, won: 1, lost: 0 },
        passedOver: { attribute: 1 },
        lostTo: {},
      });
      assert.deepEqual(status.unknown, []);
    });
  });
});
