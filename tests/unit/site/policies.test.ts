import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parseSiteConfig, SiteConfigError } from "../../../components/site/config.ts";
import { declaration } from "./declarations.ts";

const problems = (policies: unknown) => {
  try {
    parseSiteConfig(declaration({ policies }));
  } catch (error) {
    if (error instanceof SiteConfigError)
      return error.problems.map(({ path, problem }) => `${path} ${problem}`);
    throw error;
  }
  return [];
};

describe("a site's exceptions from policies", () => {
  it("are none by default, and taken with their reasons", () => {
    assert.deepEqual(parseSiteConfig(declaration()).policies, {});
    const policies = { "one-provider": { enforcement: "advisory", because: "a test of ours" } };
    assert.deepEqual(parseSiteConfig(declaration({ policies })).policies, policies);
  });

  it("are refused without a reason, or with a blank one", () => {
    assert.deepEqual(problems({ "one-provider": { enforcement: "disabled" } }), [
      "policies.one-provider.because is missing",
    ]);
    assert.deepEqual(problems({ "one-provider": { enforcement: "disabled", because: " " } }), [
      "policies.one-provider.because is blank",
    ]);
  });

  it("are refused for rules that do not exist, with the nearest that does", () => {
    const [problem] = problems({ "one-providers": { enforcement: "disabled", because: "typing" } });
    assert.match(problem ?? "", /nearest known one is `one-provider`/);
  });

  it("cannot make a rule stricter than it is", () => {
    assert.equal(problems({ "one-provider": { enforcement: "mandatory", because: "why not" } }).length, 1);
  });
});
