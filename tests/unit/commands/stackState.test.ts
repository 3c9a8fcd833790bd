import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { EngineError } from "../../../commands/engine.ts";
import { StackError } from "../../../commands/stack.ts";
import { readState, requireSameSite, type StackState } from "../../../commands/stackState.ts";
import { parseSiteConfig } from "../../../components/site/config.ts";
import { declaration } from "../site/declarations.ts";

const PREFIX = "urn:pulumi:garage::pulumi-akash";

function stateOf(...names: string[]): StackState {
  const others = [
    { type: "pulumi:pulumi:Stack", urn: `${PREFIX}::pulumi:pulumi:Stack::pulumi-akash-garage` },
  ];
  const sites = names.map((name) => ({
    type: "akash:site:ProviderSite",
    urn: `${PREFIX}::akash:site:ProviderSite::${name}`,
  }));
  const parts = names.map((name) => ({
    type: "akash:dns:SiteDns",
    urn: `${PREFIX}::akash:site:ProviderSite$akash:dns:SiteDns::${name}-dns`,
  }));
  return { deployment: { resources: [...others, ...sites, ...parts] } };
}

const stack = (name: string) => ({ name: "garage", site: parseSiteConfig(declaration({ name })) });

describe("the state of a stack", () => {
  it("must hold the site under the name it has", () => {
    requireSameSite(stack("workshop"), stateOf("workshop"));
    assert.throws(
      () => requireSameSite(stack("workshop"), stateOf("garage")),
      (error: Error) =>
        error instanceof StackError &&
        /names its site workshop, which was brought up as garage: .*`name: garage`.*`npm run down -- -s garage`/.test(
          error.message,
        ),
    );
  });

  it("says nothing of the name before the first `up`, after `down`, and where an earlier run holds both", () => {
    for (const state of [{ deployment: {} }, stateOf(), stateOf("garage", "workshop")]) {
      requireSameSite(stack("workshop"), state);
    }
  });

  it("is none of a stack that was never made, and what else goes wrong is said", async () => {
    const failing = (tail: string) => ({
      engine: () => Promise.reject(new EngineError("stack export", 6, tail)),
    });
    assert.equal(await readState(failing("error: no stack named 'garage' found")), undefined);
    await assert.rejects(readState(failing("error: could not open bucket")), /could not open bucket/);
  });
});
