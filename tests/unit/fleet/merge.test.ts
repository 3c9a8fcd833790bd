import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { type Layer, mergeLayers } from "../../../fleet/declaration/merge.ts";

const key = fc.constantFrom("a", "b", "c", "__proto__", "constructor");
const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.array(fc.integer()));
const { map } = fc.letrec<{ map: Layer; value: unknown }>((tie) => ({
  map: fc
    .uniqueArray(fc.tuple(key, tie("value")), { selector: ([name]) => name, maxLength: 3 })
    .map(Object.fromEntries),
  value: fc.oneof({ depthSize: "small" }, leaf, tie("map")),
}));

const isMap = (value: unknown): value is Layer =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every path to something that is no map. */
function paths(value: unknown, path: readonly string[] = []): [string, unknown][] {
  if (!isMap(value)) return [[JSON.stringify(path), value]];
  return Object.entries(value).flatMap(([name, inner]) => paths(inner, [...path, name]));
}

describe("layers of a declaration", () => {
  it("are merged key by key, at every depth", () => {
    const defaults = { pricing: { cpu: 1, gpu: { a100: 500 } }, network: "mainnet" };
    const site = { pricing: { gpu: { rtx5090: 120 } } };
    assert.deepEqual(mergeLayers([defaults, site]), {
      pricing: { cpu: 1, gpu: { a100: 500, rtx5090: 120 } },
      network: "mainnet",
    });
  });

  it("replace lists whole", () => {
    assert.deepEqual(mergeLayers([{ tenants: [1, 2, 3] }, { tenants: [4] }]), { tenants: [4] });
  });

  it("remove with null, also what a layer between brought", () => {
    const layers = [
      { wallet: { mnemonicEnv: "A" } },
      { wallet: { mnemonicEnv: null, mnemonicFile: "words" } },
    ];
    assert.deepEqual(mergeLayers(layers), { wallet: { mnemonicFile: "words" } });
    assert.deepEqual(mergeLayers([{ a: 1 }, { a: null }, { a: 2 }]), { a: 2 });
  });

  it("let a map replace what is no map, and the other way round", () => {
    assert.deepEqual(mergeLayers([{ network: "mainnet" }, { network: { chainId: "x" } }]), {
      network: { chainId: "x" },
    });
    assert.deepEqual(mergeLayers([{ network: { chainId: "x" } }, { network: "mainnet" }]), {
      network: "mainnet",
    });
  });

  it("leave no null and change none of their layers", () => {
    fc.assert(
      fc.property(fc.array(map, { maxLength: 4 }), (layers) => {
        const before = JSON.stringify(layers);
        for (const [, value] of paths(mergeLayers(layers))) assert.notEqual(value, null);
        assert.equal(JSON.stringify(layers), before);
      }),
    );
  });

  it("show every value of the last layer that is not null", () => {
    fc.assert(
      fc.property(fc.array(map, { maxLength: 3 }), map, (below, last) => {
        const merged = new Map(paths(mergeLayers([...below, last])));
        for (const [path, value] of paths(last)) {
          if (value !== null) assert.deepEqual(merged.get(path), value);
        }
      }),
    );
  });

  it("take nothing from an empty layer or from the same layer again", () => {
    fc.assert(
      fc.property(map, map, (below, layer) => {
        const merged = mergeLayers([below, layer]);
        assert.deepEqual(mergeLayers([below, {}, layer, {}]), merged);
        assert.deepEqual(mergeLayers([below, layer, layer]), merged);
      }),
    );
  });

  it("do not reach beyond themselves with a key like __proto__", () => {
    mergeLayers([JSON.parse('{"__proto__": {"polluted": true}}') as Layer]);
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });
});
