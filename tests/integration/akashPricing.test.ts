import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { after, before, beforeEach, describe, it } from "mocha";
import { type Pricing, planPrices } from "../../components/akash/pricing/prices.ts";
import { PRICE_JQ, PRICE_SH } from "../../components/akash/pricing/script.ts";

const GIB = 1024 ** 3;
const BLOCKS_A_MONTH = 429_909;

interface Resource {
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: { readonly units: number; readonly attributes: { readonly vendor: Record<string, unknown> } };
  readonly storage: readonly { readonly class: string; readonly size: number }[];
  readonly count: number;
  readonly endpoint_quantity: number;
  readonly ip_lease_quantity: number;
}

const nothing: Resource = {
  cpu: 0,
  memory: 0,
  gpu: { units: 0, attributes: { vendor: {} } },
  storage: [],
  count: 1,
  endpoint_quantity: 0,
  ip_lease_quantity: 0,
};

describe("bid price script", function () {
  this.timeout(60_000);
  let folder = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "price-"));
    writeFileSync(join(folder, "price.sh"), PRICE_SH);
    chmodSync(join(folder, "price.sh"), 0o755);
    writeFileSync(join(folder, "price.jq"), PRICE_JQ);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    for (const file of ["akt-usd", "akt-usd.tried", "source.json"])
      rmSync(join(folder, file), { force: true });
  });

  interface Options {
    readonly denom?: string;
    readonly amount?: string;
    readonly pricing?: Pricing;
    /** What the price source says. */
    readonly answer?: string;
    readonly owner?: string;
  }

  function run(input: string, { denom = "uact", pricing, answer, owner = "akash1tenant" }: Options = {}) {
    const source = join(folder, "source.json");
    if (answer !== undefined) writeFileSync(source, answer);
    const sources = [
      { url: pathToFileURL(join(folder, "missing.json")).href, path: ["Price"] },
      { url: pathToFileURL(source).href, path: ["akash-network", "usd"] },
    ];
    writeFileSync(join(folder, "prices.json"), JSON.stringify(planPrices(pricing, sources)));
    const env = { PATH: process.env["PATH"], AP_HOME: folder, AKASH_DENOM: denom, AKASH_OWNER: owner };
    const { stdout, stderr, status } = spawnSync(join(folder, "price.sh"), { input, encoding: "utf8", env });
    return { price: stdout.trim(), error: stderr, failed: status !== 0 };
  }

  /** Runs the script as the provider does, for one order. */
  function bid(resources: readonly Resource[], options: Options = {}) {
    const price = { denom: options.denom ?? "uact", amount: options.amount ?? "1000000000.0" };
    return run(JSON.stringify({ resources, price, price_precision: 6 }), options);
  }

  /** The same for many orders in one process: jq answers each of a stream. */
  function bids(orders: readonly (readonly Resource[])[], options: Options): readonly string[] {
    const price = { denom: "uact", amount: "1e15" };
    return run(
      orders.map((resources) => JSON.stringify({ resources, price })).join("\n"),
      options,
    ).price.split("\n");
  }

  it("charges what the declaration says, per block, in ACT", () => {
    const { price, error } = bid([{ ...nothing, cpu: 1000, memory: GIB, count: 2 }]);
    assert.equal(error, "");
    assert.equal(price, (((1.6 + 0.8) * 2 * 1e6) / BLOCKS_A_MONTH).toFixed(6));
  });

  it("agrees with the sum of its parts for any order", () => {
    const size = fc.integer({ min: 0, max: 4 * 1024 ** 4 });
    const classes = ["ephemeral", "beta1", "beta2", "beta3"] as const;
    const storagePrices = { ephemeral: 0.02, beta1: 0.01, beta2: 0.03, beta3: 0.04 };
    const resource = fc.record({
      cpu: fc.integer({ min: 10, max: 384_000 }),
      memory: size,
      gpu: fc.integer({ min: 0, max: 8 }).map((units) => ({
        units,
        attributes: { vendor: units === 0 ? {} : { nvidia: { model: "rtx5090" } } },
      })),
      storage: fc.array(fc.record({ class: fc.constantFrom(...classes), size }), { maxLength: 3 }),
      count: fc.integer({ min: 1, max: 20 }),
      endpoint_quantity: fc.nat(5),
      ip_lease_quantity: fc.nat(2),
    });
    const order = fc.array(resource, { minLength: 1, maxLength: 4 });
    const pricing = { gpu: { rtx5090: 120 } };
    fc.assert(
      fc.property(fc.array(order, { minLength: 50, maxLength: 200 }), (orders) => {
        const answers = bids(orders, { pricing });
        for (const [index, resources] of orders.entries()) {
          const usd = resources.reduce((sum, one) => {
            const disks = one.storage.reduce(
              (part, disk) => part + storagePrices[disk.class] * (disk.size / GIB),
              0,
            );
            const rest = one.endpoint_quantity * 0.05 + one.ip_lease_quantity * 5 + one.gpu.units * 120;
            return sum + one.count * ((one.cpu / 1000) * 1.6 + (one.memory / GIB) * 0.8 + disks + rest);
          }, 0);
          const expected = (usd * 1e6) / BLOCKS_A_MONTH;
          const price = answers[index] ?? "";
          assert.match(price, /^\d+\.\d{6}$/);
          assert.ok(
            Math.abs(Number(price) - expected) <= 1e-6 + expected * 1e-9,
            `${price} is not ${expected}`,
          );
        }
      }),
      { numRuns: 5 },
    );
  });

  it("never answers zero, which the provider would not accept", () => {
    assert.equal(bid([{ ...nothing, cpu: 0 }]).price, "0.000001");
  });

  it("takes the most precise GPU entry, and a floor for a model it does not know", () => {
    const pricing = { gpu: { a100: 300, "a100.80Gi": 400, "a100.pcie": 350, "a100.80Gi.sxm": 500, t4: 20 } };
    const gpu = (nvidia: object): number => {
      const { price } = bid([{ ...nothing, gpu: { units: 2, attributes: { vendor: { nvidia } } } }], {
        pricing,
      });
      return Math.round((Number(price) * BLOCKS_A_MONTH) / 2e6);
    };
    assert.equal(gpu({ model: "a100" }), 300);
    assert.equal(gpu({ model: "a100", ram: "80Gi" }), 400);
    assert.equal(gpu({ model: "a100", ram: "80Gi", interface: "sxm" }), 500);
    assert.equal(gpu({ model: "a100", ram: "80Gi", interface: "pcie" }), 400);
    assert.equal(gpu({ model: "a100", ram: "40Gi", interface: "pcie" }), 350);
    assert.equal(gpu({ model: "t4" }), 20);
    assert.equal(gpu({ model: "h100" }), 500);
    assert.equal(gpu({ model: "*" }), 500);
    assert.equal(planPrices({ gpu: { t4: 20 } }).otherGpu, 100);
  });

  it("charges storage in memory as memory and an unknown class as the dearest", () => {
    const disk = (kind: string): number =>
      Number(bid([{ ...nothing, storage: [{ class: kind, size: 1000 * GIB }] }]).price);
    assert.equal(disk("ram"), Number((800e6 / BLOCKS_A_MONTH).toFixed(6)));
    assert.equal(disk("default"), disk("beta3"));
  });

  it("bids nothing above what the order offers, and says what it would cost", () => {
    const { price, error, failed } = bid([{ ...nothing, cpu: 4000 }], { amount: "1.000000000000000000" });
    assert.deepEqual([price, failed], ["", true]);
    assert.match(error, /the order offers 1\.0+, this costs 14\.886\d+ uact/);
  });

  it("asks for the price of AKT only when the order is in AKT", () => {
    const order = [{ ...nothing, cpu: 1000 }];
    const inAkt = bid(order, { denom: "uakt", answer: '{"akash-network":{"usd":0.5}}' });
    assert.equal(inAkt.price, ((1.6 * 1e6) / 0.5 / BLOCKS_A_MONTH).toFixed(6));
    rmSync(join(folder, "akt-usd"));
    bid(order);
    assert.equal(existsSync(join(folder, "akt-usd")), false);
    assert.equal(existsSync(join(folder, "akt-usd.tried")), false);
  });

  it("keeps a price for an hour, uses it for a day when sources fail, and then the declared one", () => {
    const order = [{ ...nothing, cpu: 1000 }];
    const priced = (usd: number): string => ((1.6 * 1e6) / usd / BLOCKS_A_MONTH).toFixed(6);
    const aged = (minutes: number): void => {
      const then = Date.now() / 1000 - minutes * 60;
      utimesSync(join(folder, "akt-usd"), then, then);
      rmSync(join(folder, "akt-usd.tried"), { force: true });
    };
    assert.equal(bid(order, { denom: "uakt", answer: '{"akash-network":{"usd":0.5}}' }).price, priced(0.5));
    assert.equal(bid(order, { denom: "uakt", answer: '{"akash-network":{"usd":4}}' }).price, priced(0.5));
    aged(70);
    assert.equal(bid(order, { denom: "uakt" }).price, priced(4));
    aged(70);
    assert.equal(bid(order, { denom: "uakt", answer: "nonsense" }).price, priced(4));
    aged(1500);
    const unknown = bid(order, { denom: "uakt", answer: '{"akash-network":{"usd":-1}}' });
    assert.deepEqual([unknown.price, unknown.failed], ["", true]);
    assert.match(unknown.error, /pricing\.fallbackAktUsd is not set/);
    assert.equal(bid(order, { denom: "uakt", pricing: { fallbackAktUsd: 2 } }).price, priced(2));
  });

  it("prices both USDC denominations as dollars and no other coin", () => {
    const order = [{ ...nothing, cpu: 1000 }];
    const act = bid(order).price;
    const usdc = "ibc/170C677610AC31DF0904FFE09CD3B5C657492170E7E52372E48756B71E56F2F1";
    assert.equal(bid(order, { denom: usdc }).price, act);
    assert.match(bid(order, { denom: "uatom" }).error, /orders in uatom are not priced/);
  });

  it("bids only for the declared tenants, if there are any", () => {
    const pricing = { tenants: ["akash1friend"] };
    assert.equal(bid([nothing], { pricing, owner: "akash1friend" }).failed, false);
    assert.match(bid([nothing], { pricing }).error, /akash1tenant is not among pricing\.tenants/);
  });

  it("fails on anything that is not an order", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const { price, failed } = run(text);
        assert.deepEqual([price, failed], ["", true]);
      }),
      { numRuns: 10 },
    );
  });
});
