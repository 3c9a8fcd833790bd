import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type ChainConnection, openChain } from "../../../components/chain/client.ts";
import {
  type BidRecord,
  type LeaseRecord,
  type OrderRecord,
  readBids,
  readBidsOn,
  readLeases,
  readOrders,
} from "../../../components/chain/market/index.ts";
import type { ScriptedChain } from "../../support/scriptedChain/index.ts";
import { startOwnChain } from "./ownChain.ts";

const provider = "akash1provider";
const id = (dseq: number, by = provider) => ({
  ...{ owner: "akash1tenant", dseq: String(dseq), gseq: 1, oseq: 2 },
  provider: by,
});
const price = { denom: "uact", amount: "12.345" };

const lease = (dseq: number): LeaseRecord => ({
  id: id(dseq),
  state: "active",
  price,
  createdAt: 7,
  closedOn: 0,
  payment: {
    state: "open",
    balance: { denom: "uact", amount: "1.5" },
    withdrawn: { denom: "uact", amount: 9n },
  },
});
const bid = (dseq: number, by = provider, state: BidRecord["state"] = "open"): BidRecord => ({
  id: id(dseq, by),
  state,
  price,
  createdAt: 8,
  deposit: [{ denom: "uakt", amount: 500_000n }],
});
const order = (dseq: number): OrderRecord => {
  const { provider: _provider, ...own } = id(dseq);
  return {
    id: own,
    state: "open",
    createdAt: 9,
    requirements: {
      attributes: [{ key: "tier", value: "pro" }],
      signedByAll: ["akash1a"],
      signedByAny: ["akash1b", "akash1c"],
    },
    resources: [
      {
        ...{ count: 3, price, cpu: 1500, memory: 2048 },
        gpu: { units: 2, attributes: [{ key: "vendor/nvidia/model/rtx5090", value: "true" }] },
        storage: [{ bytes: 4096, attributes: [{ key: "persistent", value: "true" }] }],
        endpoints: ["http", "port", "ip"],
      },
    ],
  };
};

describe("the market of a chain", () => {
  let scripted: ScriptedChain;
  let chain: ChainConnection;

  before(async () => {
    scripted = await startOwnChain(0);
    chain = await openChain(scripted.network);
  });
  after(() => scripted.stop());

  const market = (change: Partial<{ leases: LeaseRecord[]; bids: BidRecord[]; orders: OrderRecord[] }>) =>
    scripted.edit((state) => {
      state.market = { leases: [], bids: [], orders: [], ...change };
    });

  it("is read with every field", async () => {
    market({ leases: [lease(1)], bids: [bid(1)], orders: [order(1)] });
    assert.deepEqual(await readLeases(chain, provider), { items: [lease(1)], complete: true });
    assert.deepEqual(await readBids(chain, provider, "open"), { items: [bid(1)], complete: true });
    assert.deepEqual(await readOrders(chain, "open"), { items: [order(1)], complete: true });
  });

  it("is filtered by provider, state and deployment", async () => {
    const rival = bid(1, "akash1rival", "lost");
    market({ bids: [bid(1), rival, bid(2)] });
    assert.deepEqual((await readBids(chain, provider, "open")).items, [bid(1), bid(2)]);
    assert.deepEqual((await readBids(chain, "akash1rival", "open")).items, []);
    assert.deepEqual(await readBidsOn(chain, order(1).id), [bid(1), rival]);
  });

  it("is read page by page, up to a limit, the newest orders first", async () => {
    const numbers = Array.from({ length: 1100 }, (_item, index) => index + 1);
    market({ leases: numbers.map(lease), orders: numbers.map(order) });
    const all = await readLeases(chain, provider);
    assert.deepEqual([all.items.length, all.complete], [1100, true]);
    assert.equal(new Set(all.items.map(({ id: { dseq } }) => dseq)).size, 1100);
    const some = await readLeases(chain, provider, "active", 700);
    assert.deepEqual([some.items.length, some.complete], [700, false]);
    const { items } = await readOrders(chain, "open", 2);
    assert.deepEqual(
      items.map(({ id: { dseq } }) => dseq),
      ["1100", "1099"],
    );
  });
});
