import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { dnsOutput } from "../../../components/site/outputs.ts";

describe("the outputs of a site", () => {
  it("say of each record why it is not verified, and nothing of one that is", () => {
    const [made, missing] = ["provider", "*.ingress"].map((name) => ({
      name: `${name}.example.com`,
      type: "A" as const,
      value: "203.0.113.10",
      ttl: 300,
    }));
    assert.ok(made && missing);
    const reason = "does not exist yet";
    assert.deepEqual(dnsOutput([made, missing], { [missing.name]: reason }), [
      made,
      { ...missing, unverified: reason },
    ]);
    assert.deepEqual(dnsOutput([made, missing], {}), [made, missing]);
  });
});
