import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { rules } from "../../../components/site/rules.ts";

/** What the rules say of a declaration, whatever else may be wrong with it. */
const found = (root: unknown) =>
  rules.flatMap((rule) => rule(root)).map(({ path, problem }) => `${path} ${problem}`.trim());
const region = { key: "location-region", value: "us-west" };
const saidOf = (part: object) => found({ attributes: [region], ...part });

const braced = (name: string) => `$\{${name}}`;

describe("rules of a declaration", () => {
  it("have nothing to say of what is no declaration at all", () => {
    for (const value of [undefined, null, 7, "text", []]) assert.deepEqual(found(value), []);
    const odd = {
      domain: 7,
      attributes: [region, 7, {}, {}],
      pricing: 7,
      dns: 7,
      nodes: 7,
      storage: 7,
      address: 7,
    };
    assert.deepEqual(found(odd), []);
    assert.deepEqual(found({ ...odd, dns: { zone: "example.com" } }), []);
  });

  it("mind the prefix of a domain, in any case, and nothing inside it", () => {
    assert.deepEqual(saidOf({ domain: "PROVIDER.example.com" }), ["domain starts with `provider.`"]);
    assert.deepEqual(saidOf({ domain: "my-provider.example.com" }), []);
  });

  it("want a region, under either of its names", () => {
    for (const attributes of [undefined, "text", {}, [], [{ key: "tier", value: "a" }]]) {
      assert.deepEqual(found({ attributes }), ["attributes names no `location-region`"]);
    }
    assert.deepEqual(found({ attributes: [region] }), []);
    assert.match(found({ attributes: { region: "us" } }).join(), /^attributes\.region stands under `region`/);
  });

  for (const value of ["", " ", "undefined", "null", " null "]) {
    it(`take \`${value}\` for no value of an attribute`, () => {
      assert.deepEqual(found({ attributes: [region, { key: "tier", value }] }), [
        "attributes[1] is not a value",
      ]);
    });
  }

  it("leave values of another type to the schema", () => {
    assert.deepEqual(found({ attributes: [region, { key: "tier" }, { key: "racks", value: 2 }] }), []);
    assert.deepEqual(found({ attributes: [region, { key: "tier", value: "nullable" }] }), []);
  });

  for (const text of ["$NAME", braced("NAME"), "$n", braced("n_1")]) {
    it(`see that nobody fills in \`${text}\``, () =>
      assert.deepEqual(saidOf({ name: text }), ["name is the name of a variable that nobody fills in"]));
  }

  for (const text of [
    "a$NAME",
    "$NAME/path",
    `${braced("NAME")}x`,
    braced(""),
    braced("a b"),
    "$5 a month",
    "$",
  ]) {
    it(`see no variable in \`${text}\``, () => assert.deepEqual(saidOf({ name: text }), []));
  }

  it("look for variables in lists too", () => {
    assert.deepEqual(saidOf({ network: { rpc: ["https://a", "$RPC"] } }), [
      "network.rpc[1] is the name of a variable that nobody fills in",
    ]);
  });

  it("let one machine of several run the control plane", () => {
    const nodes = [{ host: "a", role: "agent" }, { host: "b" }];
    assert.deepEqual(saidOf({ nodes }), []);
    assert.deepEqual(saidOf({ nodes: [nodes[0], { role: "agent" }] }), ["nodes has agents only"]);
  });

  it("do not take two that lack a name for the same", () => {
    assert.deepEqual(saidOf({ nodes: [{}, {}], storage: { classes: [{}, {}] } }), []);
  });

  for (const address of ["10.0.0.1", "172.16.3.4", "100.64.0.1"]) {
    it(`know that nobody outside reaches ${address}, but the embedded site's own machine`, () => {
      assert.deepEqual(saidOf({ address }), ["address is an address nobody outside can reach"]);
      assert.deepEqual(saidOf({ address, network: "devnet" }), []);
    });
  }
});
