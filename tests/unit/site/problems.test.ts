import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { formatProblem, parseSiteConfig, SiteConfigError } from "../../../components/site/config.ts";
import { formatPath, showValue } from "../../../components/site/problems.ts";
import { declaration } from "./declarations.ts";

function said(changes: Record<string, unknown>): string[] {
  try {
    parseSiteConfig(declaration(changes));
  } catch (error) {
    assert(error instanceof SiteConfigError);
    return error.problems.map(formatProblem);
  }
  return [];
}

describe("how a problem is shown", () => {
  it("with its path as one writes it", () => {
    assert.equal(formatPath([]), "");
    assert.equal(formatPath(["nodes", 0, "host"]), "nodes[0].host");
    assert.equal(formatPath([1, "host"]), "[1].host");
  });

  it("with its value, as long as that fits", () => {
    assert.equal(showValue(undefined), "");
    assert.equal(showValue(null), "null");
    assert.equal(showValue([1]), "the list");
    assert.equal(showValue({}), "the object");
    const fits = "ab ".repeat(19).concat("c");
    assert.equal(showValue(fits), JSON.stringify(fits));
    assert.equal(showValue(`${fits}d`), `"${fits}…"`);
  });

  it("without what may be a secret by its place", () => {
    for (const path of [["tokenEnv"], ["dns", "tokenEnv"], ["a", "b", "cEnv"]]) {
      assert.equal(showValue("text", path), "(hidden)");
    }
    assert.equal(showValue("text", ["cEnv", "b", "a"]), '"text"');
  });
});

describe("what the schema finds", () => {
  it("is put in quotes where text was meant, and nowhere else", () => {
    assert.deepEqual(said({ attributes: { "location-region": "us", spare: true } }), [
      'attributes.spare: true is not text. Put it in quotes: "true".',
    ]);
    assert.deepEqual(said({ ingress: 5 }), [
      "ingress: 5 is not a group of fields. Expected: how requests reach leases.",
    ]);
    assert.deepEqual(said({ name: null }), [
      "name: null is not text. Expected: short name of the site; it names the stack's resources.",
    ]);
  });

  it("names the choices, two or more", () => {
    const keyring = { keyringDir: "d", keyName: "k", backend: "os" };
    assert.deepEqual(said({ wallet: keyring }), [
      'wallet.backend: "os" is not one of the choices. Choose test or file.',
    ]);
  });

  it("is about the alternative that was meant: the one with the fewest keys of others", () => {
    const twoForeign = { keyringDir: "d", backend: "test", keyName: "k", passphrasEnv: "P" };
    assert.match(
      said({ wallet: twoForeign }).join(),
      /^wallet\.passphrasEnv: .* the nearest known one is `passphraseEnv`/,
    );
  });
});
