import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { handler } from "../../../components/chain/registrationProvider.ts";
import type { ScriptedChain } from "../../support/scriptedChain/index.ts";
import { address as owner } from "../wallet/wallets.ts";
import { startOwnChain } from "./ownChain.ts";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The engine shows a record that is adopted as something new; what changes in it is said besides. */
describe("adopting a record", () => {
  const { warn } = console;
  let chain: ScriptedChain;
  let warnings: string[];

  beforeEach(async () => {
    chain = await startOwnChain(100_000, owner);
    const tier = { key: "tier", value: "community" };
    const attributes = [tier, { key: "organization", value: "garage" }];
    chain.edit(({ providers, audits }) => {
      providers.set(owner, { owner, hostUri: "https://old:8443", attributes, email: "", website: "w" });
      audits.push({ owner, auditor: "akash1auditor", attributes: [tier] });
    });
    warnings = [];
    console.warn = (text: string) => warnings.push(text);
  });

  afterEach(async () => {
    console.warn = warn;
    await chain.stop();
  });

  const recorded = () => ({
    network: chain.network,
    wallet: { mnemonicEnv: "NOT_NEEDED" },
    owner,
    hostUri: "https://old:8443",
    attributes: { tier: "community", organization: "garage" },
    contact: { email: "", website: "w" },
  });
  const check = async (change: object, olds: object = {}) => {
    const result = await handler().check?.(olds, { ...recorded(), ...change });
    return result?.failures;
  };

  it("names what changes one by one, and the signatures that are lost", async () => {
    const attributes = { tier: "premium", "location-region": "eu" };
    await check({ hostUri: "https://new:8443", attributes, contact: { email: "a@b.c", website: "" } });
    const adopted = `The record of ${owner} is adopted, and`;
    assert.deepEqual(warnings.slice(0, -1), [
      `${adopted} hostUri changes from "https://old:8443" to "https://new:8443".`,
      `${adopted} attributes["location-region"] changes from nothing to "eu".`,
      `${adopted} attributes["organization"] changes from "garage" to nothing.`,
      `${adopted} attributes["tier"] changes from "community" to "premium".`,
      `${adopted} contact.email changes from nothing to "a@b.c".`,
      `${adopted} contact.website changes from "w" to nothing.`,
    ]);
    assert.match(warnings.at(-1) ?? "", /^Auditor akash1auditor .*\(tier\)/);
  });

  it("says nothing of what is not known yet", async () => {
    await check({ attributes: unknown, contact: unknown, hostUri: unknown });
    await check({ attributes: { tier: unknown, organization: unknown, extra: unknown } });
    await check({ owner: unknown, hostUri: "https://new:8443" });
    assert.deepEqual(warnings, []);
    await check({ attributes: { tier: unknown }, contact: { email: unknown, website: "w" } });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /organization/);
  });

  it("says nothing where the record stays as it is, or is none", async () => {
    await check({});
    chain.edit(({ providers }) => providers.clear());
    await check({ hostUri: "https://new:8443" });
    assert.deepEqual(warnings, []);
  });

  it("asks the chain nothing where the engine knows the record, or the chain would refuse it", async () => {
    await check({ hostUri: "https://new:8443" }, recorded());
    assert.equal((await check({ hostUri: "http://new" }))?.length, 1);
    assert.equal(chain.requests.size, 0);
  });

  it("does not fail where the chain is out of reach", async () => {
    chain.faults.refuseConnections = true;
    assert.deepEqual(await check({ hostUri: "https://new:8443" }), []);
    assert.deepEqual(warnings, []);
  });
});
