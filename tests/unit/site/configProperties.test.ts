import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { parseSiteConfig, SiteConfigError } from "../../../components/site/config.ts";
import { valueAt } from "../../../components/site/problems.ts";
import { declarations } from "./declarations.ts";

const KNOWN = ["name", "domain", "network", "wallet", "contact", "attributes", "dns", "pricing", "ingress"];

/** The error of a declaration that must be refused. */
function refusal(value: unknown): SiteConfigError {
  try {
    parseSiteConfig(value);
  } catch (error) {
    assert(error instanceof SiteConfigError, String(error));
    return error;
  }
  return assert.fail(`accepted: ${JSON.stringify(value)}`);
}

function isRefused(value: unknown): boolean {
  try {
    parseSiteConfig(value);
    return false;
  } catch (error) {
    assert(error instanceof SiteConfigError, String(error));
    return true;
  }
}

describe("SiteConfig: properties", () => {
  it("accepts what is right, keeps what is given and changes nothing the second time", () => {
    fc.assert(
      fc.property(declarations, (value) => {
        const site = parseSiteConfig(value);
        for (const key of ["name", "domain", "network", "wallet", "attributes"]) {
          assert.deepEqual(Reflect.get(site, key), value[key]);
        }
        assert.deepEqual(parseSiteConfig(site), site);
      }),
    );
  });

  it("does not change its input", () => {
    fc.assert(
      fc.property(declarations, (value) => {
        const before = structuredClone(value);
        parseSiteConfig(value);
        assert.deepEqual(value, before);
      }),
    );
  });

  it("refuses any JSON that is no declaration with problem and remedy, in whole sentences", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { problems } = refusal(value);
        assert(problems.length > 0);
        for (const { problem, remedy } of problems) {
          assert.match(problem, /^[a-z]/);
          assert.match(remedy, /^[A-Z].*\.$/s);
        }
      }),
    );
  });

  it("fails in no other way, whatever is put into a field", () => {
    const field = fc.constantFrom(...KNOWN);
    fc.assert(
      fc.property(declarations, field, fc.jsonValue(), (value, key, wrong) => {
        isRefused({ ...value, [key]: wrong });
      }),
    );
  });

  it("refuses an unknown key wherever there is a group, naming the nearest", () => {
    const group = fc.constantFrom<string[]>([], ["contact"], ["wallet"], ["dns"], ["pricing"], ["ingress"]);
    fc.assert(
      fc.property(declarations, group, (value, path) => {
        const changed = structuredClone({ dns: { provider: "manual" }, pricing: {}, ingress: {}, ...value });
        Reflect.set(Object(valueAt(changed, path)), "zzz", 1);
        const [problem, ...more] = refusal(changed).problems;
        assert.deepEqual(more, []);
        assert.equal(problem?.path, [...path, "zzz"].join("."));
        assert.match(problem?.problem ?? "", /unknown key; the nearest known one is `\w+`$/);
      }),
    );
  });

  it("finds all of several mistakes at once", () => {
    const mistakes: [string, unknown][] = [
      ["name", "-"],
      ["domain", "provider.example.com"],
      ["network", "moon"],
      ["address", "10.0.0.1"],
      ["hostUri", "http://provider.example.com"],
      ["wallet", {}],
      ["contact", 7],
      ["nams", 1],
    ];
    fc.assert(
      fc.property(declarations, fc.subarray(mistakes, { minLength: 1 }), (value, chosen) => {
        const { problems } = refusal({ ...value, network: "mainnet", ...Object.fromEntries(chosen) });
        const paths = new Set(problems.map(({ path }) => path));
        for (const [path] of chosen) {
          assert(paths.has(path), `${path} is not among ${[...paths]}`);
        }
      }),
    );
  });
});
