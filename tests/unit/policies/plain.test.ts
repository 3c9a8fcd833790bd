import assert from "node:assert/strict";
import "../../../policies/lightSdk.js";
import { unknownCheckingProxy } from "@pulumi/policy";
import { describe, it } from "mocha";
import { plain } from "../../../policies/plain.ts";

/** What the engine sends for a value that a preview does not know (`@pulumi/pulumi/runtime`). */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("properties in a preview", () => {
  it("are plain values, without those that are not known yet", () => {
    const sent = {
      image: UNKNOWN,
      nested: { known: 1, later: UNKNOWN },
      list: ["a", UNKNOWN, { later: UNKNOWN, known: true }],
      nothing: null,
    };
    const props = plain(unknownCheckingProxy(sent));
    assert.deepEqual(props, {
      nested: { known: 1 },
      list: ["a", undefined, { known: true }],
      nothing: null,
    });
    assert.equal(Object.hasOwn(props, "image"), false);
  });

  it("keep every other error", () => {
    const broken = {
      get image(): string {
        throw new TypeError("broken");
      },
    };
    assert.throws(() => plain(broken), TypeError);
  });
});
