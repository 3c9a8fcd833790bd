import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import {
  changedPaths,
  differences,
  type EngineEvent,
  type StepMetadata,
  valueAt,
} from "../../../commands/engineEvents.ts";

const urn = (name: string) => `urn:pulumi:dev::pulumi-akash::akash:x:Thing::${name}`;

function step(op: string, name: string, parts: Partial<StepMetadata> = {}): StepMetadata {
  return { op, urn: urn(name), type: "akash:x:Thing", old: null, new: null, ...parts };
}

const pre = (metadata: StepMetadata): EngineEvent => ({ resourcePreEvent: { metadata } });

describe("engine events", () => {
  it("names a field as drift when only the world moved", () => {
    const found = differences([
      pre(step("refresh", "a", { old: { inputs: { hostUri: "https://a" } } })),
      pre(
        step("update", "a", {
          old: { inputs: { hostUri: "https://hand" } },
          new: { inputs: { hostUri: "https://a" } },
          detailedDiff: { hostUri: {} },
        }),
      ),
    ]);
    assert.deepEqual(found.pending, []);
    assert.deepEqual(found.drift, [
      {
        resource: "a",
        type: "akash:x:Thing",
        field: "hostUri",
        kind: "changed",
        declared: "https://a",
        found: "https://hand",
      },
    ]);
  });

  it("names a field as pending when the declaration moved", () => {
    const found = differences([
      pre(step("refresh", "a", { old: { inputs: { hostUri: "https://a" } } })),
      pre(
        step("update", "a", {
          old: { inputs: { hostUri: "https://a" } },
          new: { inputs: { hostUri: "https://b" } },
        }),
      ),
    ]);
    assert.deepEqual(found.drift, []);
    assert.equal(found.pending.length, 1);
  });

  it("tells a missing resource from a new one", () => {
    const found = differences([
      pre(step("refresh", "gone", { old: { inputs: {} } })),
      pre(step("create", "gone")),
      pre(step("create", "fresh")),
      pre(step("delete", "old")),
    ]);
    assert.deepEqual(
      found.drift.map(({ resource, kind }) => [resource, kind]),
      [["gone", "missing"]],
    );
    assert.deepEqual(
      found.pending.map(({ resource, kind }) => [resource, kind]),
      [
        ["fresh", "new"],
        ["old", "removed"],
      ],
    );
  });

  it("leaves out the stack, providers and unchanged resources", () => {
    const stack = { ...step("update", "s", { detailedDiff: { x: {} } }), type: "pulumi:pulumi:Stack" };
    const provider = {
      ...step("update", "p", { detailedDiff: { kubeconfig: {} } }),
      type: "pulumi:providers:kubernetes",
    };
    assert.deepEqual(differences([pre(stack), pre(provider), pre(step("same", "a"))]), {
      drift: [],
      pending: [],
    });
  });

  it("names every changed value by its path, which leads back to the value", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()),
        fc.jsonValue(),
        (root, value) => {
          for (const key of Object.keys(root)) {
            const changed = { ...root, [key]: { new: value } };
            for (const path of changedPaths(root, changed)) {
              assert.notDeepEqual(valueAt(root, path), valueAt(changed, path));
            }
          }
          assert.deepEqual(changedPaths(root, structuredClone(root)), []);
        },
      ),
    );
  });

  it("follows property paths with dots, indices and quoted keys", () => {
    const root = { a: { "b.c": [{ d: 1 }] } };
    assert.equal(valueAt(root, 'a["b.c"][0].d'), 1);
    assert.equal(valueAt(root, "a.x.y"), undefined);
  });
});
