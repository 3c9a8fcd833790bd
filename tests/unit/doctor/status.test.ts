import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { BidRecord, OrderRecord } from "../../../components/chain/market/index.ts";
import { nextAction } from "../../../doctor/status/next.ts";
import { type Bidder, counted, reasonAgainst, reasonLost } from "../../../doctor/status/orders.ts";
import { askedInUact, offeredFor, usdAMonth } from "../../../doctor/status/price.ts";
import { describeAmounts, type SiteStatus } from "../../../doctor/status/status.ts";

const GIB = 1_073_741_824;
const AUDITOR = "akash1auditor";

const order = (
  rest: Partial<OrderRecord> = {},
  unit: Partial<OrderRecord["resources"][number]> = {},
): OrderRecord => ({
  id: { owner: "akash1tenant", dseq: "7", gseq: 1, oseq: 1 },
  state: "open",
  createdAt: 1,
  requirements: { attributes: [], signedByAll: [], signedByAny: [] },
  resources: [
    {
      count: 1,
      price: { denom: "uact", amount: "1000" },
      cpu: 1000,
      memory: GIB,
      gpu: { units: 0, attributes: [] },
      storage: [{ bytes: GIB, attributes: [] }],
      endpoints: ["http"],
      ...unit,
    },
  ],
  ...rest,
});
const gpu = (key: string, units = 1) => ({ gpu: { units, attributes: [{ key, value: "true" }] } });
const require = (change: Partial<OrderRecord["requirements"]>) =>
  order({ requirements: { attributes: [], signedByAll: [], signedByAny: [], ...change } });

const bidder: Bidder = {
  attributes: { tier: "community", "capabilities/gpu/vendor/nvidia/model/rtx5090": "true" },
  auditors: [{ auditor: AUDITOR, attributes: [{ key: "tier", value: "community" }] }],
  models: ["rtx5090"],
  pricing: { cpu: 1.6, memory: 0.8, gpu: { rtx5090: 120, "a100.80Gi": 900 } },
};

describe("why there is no bid on an order", () => {
  for (const [what, given, reason] of [
    ["nothing that can be seen", order(), "unknown"],
    [
      "an attribute with another value",
      require({ attributes: [{ key: "tier", value: "pro" }] }),
      "attribute",
    ],
    ["an attribute it lacks", require({ attributes: [{ key: "region", value: "eu" }] }), "attribute"],
    [
      "an attribute given with a star",
      require({ attributes: [{ key: "capabilities/gpu/vendor/*/model/rtx5090", value: "true" }] }),
      "unknown",
    ],
    ["an auditor who has not signed", require({ signedByAll: ["akash1other"] }), "not audited"],
    ["one of two auditors", require({ signedByAny: ["akash1other", AUDITOR] }), "unknown"],
    ["none of two auditors", require({ signedByAny: ["akash1other", "akash1third"] }), "not audited"],
    [
      "an auditor who signed other attributes than required",
      require({
        attributes: [{ key: "capabilities/gpu/vendor/nvidia/model/rtx5090", value: "true" }],
        signedByAll: [AUDITOR],
      }),
      "not audited",
    ],
    ["another GPU", order({}, gpu("vendor/nvidia/model/h100")), "GPU"],
    [
      "any GPU",
      order({}, { ...gpu("vendor/nvidia/model/*"), price: { denom: "uact", amount: "999999" } }),
      "unknown",
    ],
    ["a low price", order({}, { price: { denom: "uact", amount: "0.5" } }), "price"],
    [
      "a denomination without price",
      order({}, { price: { denom: "ibc/DEAD", amount: "999" } }),
      "denomination",
    ],
    [
      "a price in AKT, whose rate is not known",
      order({}, { price: { denom: "uakt", amount: "0.1" } }),
      "unknown",
    ],
  ] as const) {
    it(`is ${reason} for ${what}`, () => assert.equal(reasonAgainst(given, bidder), reason));
  }

  it("is the price in AKT where its rate is declared", () => {
    const pricing = { ...bidder.pricing, fallbackAktUsd: 0.5 };
    const low = order({}, { price: { denom: "uakt", amount: "1" } });
    assert.equal(reasonAgainst(low, { ...bidder, pricing }), "price");
  });

  it("is GPU where no node offers one", () => {
    assert.equal(
      reasonAgainst(order({}, gpu("vendor/nvidia/model/rtx5090")), { ...bidder, models: [] }),
      "GPU",
    );
  });

  it("is counted, the most frequent first", () => {
    const counts = counted(["GPU", "price", "price"]);
    assert.deepEqual(Object.entries(counts), [
      ["price", 2],
      ["GPU", 1],
    ]);
  });
});

describe("what an order costs", () => {
  it("is the sum of its parts, as the price script adds them", () => {
    // 1 thread, 1 GiB, 1 GiB ephemeral, one endpoint.
    assert.equal(usdAMonth(order(), bidder.pricing).toFixed(4), (1.6 + 0.8 + 0.02 + 0.05).toFixed(4));
  });

  it("takes the most precise price of a GPU, else the dearest", () => {
    const price = (key: string) =>
      Math.round(usdAMonth(order({}, { ...gpu(key), cpu: 0, memory: 0, storage: [] }), bidder.pricing));
    assert.equal(price("vendor/nvidia/model/rtx5090"), 120);
    assert.equal(price("vendor/nvidia/model/a100/ram/80Gi"), 900);
    assert.equal(price("vendor/nvidia/model/h100"), 900);
  });

  it("prices persistent storage by its class and storage in memory as memory", () => {
    const stored = (...attributes: [string, string][]) =>
      usdAMonth(
        order(
          {},
          {
            cpu: 0,
            memory: 0,
            endpoints: [],
            storage: [{ bytes: 100 * GIB, attributes: attributes.map(([key, value]) => ({ key, value })) }],
          },
        ),
        {},
      );
    assert.equal(stored().toFixed(2), "2.00");
    assert.equal(stored(["persistent", "true"], ["class", "beta3"]).toFixed(2), "4.00");
    assert.equal(stored(["persistent", "false"], ["class", "ram"]).toFixed(2), "80.00");
  });

  it("counts each of several, and what is offered with them", () => {
    const two = order({}, { count: 2 });
    assert.equal(usdAMonth(two, bidder.pricing).toFixed(4), (2 * (1.6 + 0.8 + 0.02) + 0.05).toFixed(4));
    assert.deepEqual(offeredFor(two), { denom: "uact", amount: "2000" });
    assert.ok(askedInUact(order(), bidder.pricing) > 5 && askedInUact(order(), bidder.pricing) < 6);
  });
});

describe("why a bid was lost", () => {
  const bid = (provider: string, amount: string, state: BidRecord["state"], denom = "uact"): BidRecord => ({
    ...{
      id: { owner: "akash1tenant", dseq: "7", gseq: 1, oseq: 1, provider },
      state,
      createdAt: 1,
      deposit: [],
    },
    price: { denom, amount },
  });
  const own = bid("akash1own", "10", "lost");

  it("is the price where the winner asked for less", () => {
    assert.equal(
      reasonLost(own, [own, bid("akash1b", "9.5", "active"), bid("akash1c", "1", "lost")]),
      "price",
    );
    assert.equal(reasonLost(own, [own, bid("akash1b", "9.5", "closed")]), "price");
  });

  it("cannot be told where the winner asked for more, in another denomination, or is not to be found", () => {
    assert.equal(reasonLost(own, [own, bid("akash1b", "11", "active")]), "unknown");
    assert.equal(reasonLost(own, [own, bid("akash1b", "1", "active", "uakt")]), "unknown");
    assert.equal(reasonLost(own, [own]), "unknown");
  });
});

describe("what to do next", () => {
  const now = new Date("2026-06-01T00:00:00Z");
  const well: Omit<SiteStatus, "next"> = {
    ...{
      site: "garage",
      at: now.toISOString(),
      owner: "akash1own",
      chainId: "c-1",
      registered: true,
      leases: [],
    },
    earnings: { perDay: {}, withdrawn: {}, waiting: {} },
    deposits: { openBids: 1, locked: { uakt: "2000000" } },
    orders: { open: 0, bids: { open: 1, won: 0, lost: 0 }, passedOver: {}, lostTo: {} },
    balance: { uakt: "4000000" },
    certificateUntil: "2027-06-01T00:00:00Z",
    unknown: [],
  };
  const next = (change: Partial<SiteStatus>) =>
    nextAction({ ...well, ...change }, { funding: { minBalance: 5 } }, now);

  it("is nothing at a site that is well", () => {
    assert.equal(next({}), "Nothing to do. `npm run doctor -- -s garage` looks deeper.");
    assert.equal(next({ site: "dev" }), "Nothing to do. `npm run doctor` looks deeper.");
  });

  it("is what is most urgent", () => {
    assert.match(next({ registered: false, balance: {} }), /not registered/);
    assert.match(next({ balance: { uakt: "1000000" } }), /send at least 2 AKT to akash1own/);
    const { certificateUntil: _until, ...without } = well;
    assert.match(nextAction(without, { funding: { minBalance: 5 } }, now), /No certificate is valid/);
    assert.match(next({ certificateUntil: "2026-06-10T00:00:00Z" }), /ends in 9 days/);
  });

  it("names the most frequent reason of a site without leases", () => {
    const orders = (passedOver: SiteStatus["orders"]["passedOver"], open = 0) => ({
      orders: { open: 3, bids: { open, won: 0, lost: 0 }, passedOver, lostTo: {} },
    });
    assert.match(next(orders({ "not audited": 2, price: 1 })), /apply for an audit/);
    assert.match(next(orders({ unknown: 3 })), /no bid of this site: `npm run doctor -- -s garage`/);
    assert.match(next(orders({ unknown: 3 }, 2)), /Nothing to do/);
  });

  it("shows amounts as people do", () => {
    assert.equal(describeAmounts({ uakt: "1500000", uact: "250000" }), "1.5 AKT, 0.25 ACT");
    assert.equal(describeAmounts({}), "nothing");
  });
});
