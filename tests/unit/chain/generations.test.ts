import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  generations,
  isUnknownPath,
  probeGeneration,
  statedGeneration,
} from "../../../components/chain/generations.ts";

const modules = (...names: string[]) => [{ modules: names.map((module) => ({ module })) }];

describe("the message generation", () => {
  it("is v2 where the node names the burn and mint module", () => {
    const answer = { client_info: { api_version: "v1beta3" }, supported_versions: modules("cert", "bme") };
    assert.equal(statedGeneration(answer), "v2");
  });

  it("is v0.38 where the node speaks the client interface of that time", () => {
    assert.equal(statedGeneration({ client_info: { api_version: "v1beta2" } }), "v0.38");
  });

  it("is open where a node's answer fits two generations, or none came", () => {
    assert.equal(statedGeneration({ client_info: { api_version: "v1beta3" } }), undefined);
    assert.equal(statedGeneration({ supported_versions: [{}, ...modules("cert")] }), undefined);
    assert.equal(statedGeneration({}), undefined);
  });

  for (const [generation, served] of [
    ["v2", ["/akash.bme.v1.Query/Params", "/akash.provider.v1beta4.Query/Provider"]],
    ["v1", ["/akash.provider.v1beta4.Query/Provider"]],
    ["v0.38", ["/akash.provider.v1beta3.Query/Provider"]],
    [undefined, []],
  ] as const) {
    it(`is ${generation ?? "unknown"} where ${served.length} of the probes are served`, async () => {
      const asked: string[] = [];
      const found = await probeGeneration(async (path) => {
        asked.push(path);
        return (served as readonly string[]).includes(path);
      });
      assert.equal(found, generation);
      const order = Object.keys(generations);
      assert.equal(asked.length, generation ? order.indexOf(generation) + 1 : order.length);
    });
  }

  it("takes only the answer to an unknown path as one", () => {
    assert.ok(isUnknownPath({ code: 6, log: "unknown query path: unknown request" }));
    assert.ok(!isUnknownPath({ code: 6, log: "rpc error: code = Unknown desc = boom: unknown request" }));
    assert.ok(!isUnknownPath({ code: 18, log: "invalid address: invalid request" }));
    assert.ok(!isUnknownPath({ code: 1, log: "unknown query path" }));
    assert.ok(!isUnknownPath({ code: 0, log: "" }));
  });
});
