import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { WaveSize } from "../../../fleet/declaration/schema.ts";
import { siteConcurrency } from "../../../fleet/rollout/concurrency.ts";
import { selectSites } from "../../../fleet/rollout/selection.ts";
import { planWaves, sitesOf } from "../../../fleet/rollout/waves.ts";

const groups = ["east", "west"];
const sitesArbitrary = fc
  .array(fc.subarray(groups), { minLength: 1, maxLength: 30 })
  .map((all) => all.map((own, index) => ({ name: `site-${index}`, groups: own })));
const sizeArbitrary: fc.Arbitrary<WaveSize> = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: 100 }).map((percent) => `${percent}%`),
  fc.constant("rest" as const),
  fc.constantFrom(...groups).map((group) => ({ group })),
  fc
    .array(fc.integer({ min: 0, max: 29 }), { minLength: 1 })
    .map((ids) => ({ sites: ids.map((id) => `site-${id}`) })),
);

const named = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `s${index + 1}`, groups: [] }));
const names = (waves: readonly { sites: readonly string[] }[]) => waves.map(({ sites }) => sites.join(" "));

describe("waves", () => {
  it("begin with the canary, then a share of all, then the rest", () => {
    assert.deepEqual(names(planWaves(named(8), [1, "25%", "rest"])), ["s1", "s2 s3", "s4 s5 s6 s7 s8"]);
  });

  it("go by groups and by names, and take everybody else last", () => {
    const sites = [
      { name: "a", groups: ["east"] },
      { name: "b", groups: [] },
      { name: "c", groups: ["east", "west"] },
      { name: "d", groups: ["west"] },
    ];
    assert.deepEqual(names(planWaves(sites, [{ sites: ["d"] }, { group: "east" }])), ["d", "a c", "b"]);
  });

  it("count part of a site as a site", () => {
    assert.deepEqual([sitesOf("1%", 8), sitesOf("25%", 9), sitesOf("100%", 8), sitesOf(3, 8)], [1, 3, 8, 3]);
  });

  it("hold every site exactly once, in the order of the declaration, and none is empty", () => {
    fc.assert(
      fc.property(sitesArbitrary, fc.array(sizeArbitrary, { maxLength: 6 }), (sites, sizes) => {
        const waves = planWaves(sites, sizes);
        const order = new Map(sites.map(({ name }, index) => [name, index]));
        assert.deepEqual(waves.flatMap((wave) => wave.sites).sort(), sites.map(({ name }) => name).sort());
        for (const wave of waves) {
          assert.ok(wave.sites.length > 0);
          const positions = wave.sites.map((name) => order.get(name) ?? -1);
          assert.deepEqual(
            positions,
            [...positions].sort((a, b) => a - b),
          );
        }
      }),
    );
  });

  it("never hold more sites than their size says, but the last, which takes the rest", () => {
    fc.assert(
      fc.property(
        sitesArbitrary,
        fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 5 }),
        (sites, sizes) => {
          const waves = planWaves(sites, sizes);
          for (const [index, size] of sizes.entries()) assert.ok((waves[index]?.sites.length ?? 0) <= size);
        },
      ),
    );
  });
});

describe("the choice of sites", () => {
  const sites = [
    { name: "a", groups: ["east"] },
    { name: "b", groups: ["east", "gpu"] },
    { name: "c", groups: [] },
  ];
  const chosen = (selection: Parameters<typeof selectSites>[1]) =>
    selectSites(sites, selection).map(({ name }) => name);

  it("goes by name and by group", () => {
    assert.deepEqual(chosen({}), ["a", "b", "c"]);
    assert.deepEqual(chosen({ only: ["c", "gpu"] }), ["b", "c"]);
    assert.deepEqual(chosen({ skip: ["east"] }), ["c"]);
    assert.deepEqual(chosen({ only: ["east"], skip: ["b"] }), ["a"]);
  });

  it("refuses names that stand for nothing, and a choice of nothing", () => {
    assert.throws(() => chosen({ only: ["d"] }), /no site or group d.*a, east, b, gpu, c/);
    assert.throws(() => chosen({ only: ["a"], skip: ["east"] }), /No site is left/);
  });
});

describe("the number of sites at once", () => {
  const GIB = 1024 ** 3;

  it("is bounded by cores, by memory and by the operator", () => {
    assert.equal(siteConcurrency("auto", { cores: 8, availableBytes: 64 * GIB }), 8);
    assert.equal(siteConcurrency("auto", { cores: 8, availableBytes: 2 * GIB }), 2);
    assert.equal(siteConcurrency(3, { cores: 8, availableBytes: 64 * GIB }), 3);
    assert.equal(siteConcurrency(16, { cores: 2, availableBytes: 4 * GIB }), 5);
  });

  it("is at least one", () => {
    assert.equal(siteConcurrency("auto", { cores: 1, availableBytes: 0 }), 1);
  });
});
