import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { UnsupportedSetting } from "../../../components/akash/errors.ts";
import { AKT_PRICE_SOURCES, planPrices } from "../../../components/akash/pricing/prices.ts";

describe("price file", () => {
  it("holds every price that the script asks for, the declared ones as they are", () => {
    const amount = fc.double({ min: 0, max: 1e6, noNaN: true });
    const model = fc.constantFrom(
      "rtx5090",
      "a100.80Gi",
      "a100.pcie",
      "h100.80Gi.sxm",
      "mi300x",
      "rtx-6000_ada",
    );
    fc.assert(
      fc.property(amount, amount, fc.dictionary(model, amount), (cpu, nvme, gpu) => {
        const file = planPrices({ cpu, storage: { nvme }, gpu });
        assert.equal(file.cpu, cpu);
        assert.deepEqual(Object.keys(file.storage), ["ephemeral", "beta1", "beta2", "beta3"]);
        assert.equal(file.storage["beta3"], nvme);
        assert.deepEqual(file.gpu, gpu);
        assert.equal(file.otherGpu, Math.max(100, ...Object.values(gpu)));
      }),
    );
  });

  it("has the official prices when nothing is declared", () => {
    assert.deepEqual(planPrices(), {
      cpu: 1.6,
      memory: 0.8,
      storage: { ephemeral: 0.02, beta1: 0.01, beta2: 0.03, beta3: 0.04 },
      gpu: {},
      otherGpu: 100,
      endpoint: 0.05,
      ip: 5,
      tenants: [],
      akt: { sources: AKT_PRICE_SOURCES, fallbackUsd: null },
    });
    const declared = {
      memory: 1,
      storage: { ephemeral: 2, hdd: 3, ssd: 4 },
      endpoint: 5,
      ip: 6,
      tenants: ["a"],
    };
    const file = planPrices({ ...declared, fallbackAktUsd: 7 }, []);
    assert.deepEqual(
      [
        file.memory,
        file.storage["ephemeral"],
        file.storage["beta1"],
        file.storage["beta2"],
        file.endpoint,
        file.ip,
      ],
      [1, 2, 3, 4, 5, 6],
    );
    assert.deepEqual([file.tenants, file.akt], [["a"], { sources: [], fallbackUsd: 7 }]);
  });

  it("refuses GPU keys that no order could match", () => {
    for (const key of ["*", "nvidia/*", "RTX5090", "rtx 5090", "a100.80", "a100.pcie.80Gi", ""]) {
      assert.throws(() => planPrices({ gpu: { [key]: 100 } }), UnsupportedSetting, key);
    }
    assert.throws(() => planPrices({ gpu: { "*": 100 } }), /matches no GPU/);
  });

  it("refuses prices that are not amounts", () => {
    const bad = fc.oneof(
      fc.double({ max: -Number.MIN_VALUE, noNaN: true }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
    );
    fc.assert(
      fc.property(bad, (price) => {
        assert.throws(() => planPrices({ cpu: price }), UnsupportedSetting);
        assert.throws(() => planPrices({ storage: { nvme: price } }), UnsupportedSetting);
        assert.throws(() => planPrices({ gpu: { t4: price } }), /pricing\.gpu\.t4/);
        assert.throws(() => planPrices({ memory: price }), /pricing\.memory/);
        assert.throws(() => planPrices({ endpoint: price }), /pricing\.endpoint/);
        assert.throws(() => planPrices({ ip: price }), /pricing\.ip/);
        assert.throws(() => planPrices({ fallbackAktUsd: price }), /pricing\.fallbackAktUsd/);
      }),
    );
  });
});
