import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { openProgram, type TestProgram } from "../support/program.ts";
import { type ScriptedChain, startScriptedChain } from "../support/scriptedChain/index.ts";
import { makeWallet, type TestWallet } from "./chainSupport.ts";

/** A stack that was lost, or a provider that somebody else had set up: the record is there before the resource. */
describe("a record that is adopted, in the engine", function () {
  this.timeout(300_000);
  let bench: TestProgram;
  let chain: ScriptedChain;
  let owner: TestWallet;

  before(async () => {
    bench = await openProgram();
    process.env["PULUMI_AKASH_STATE"] = join(bench.folder, "signing");
    owner = await makeWallet(join(bench.folder, "words"));
    const { address } = owner;
    chain = await startScriptedChain({ accounts: { [address]: { uakt: 5_000_000 } } });
    const attributes = [{ key: "tier", value: "community" }];
    chain.edit(({ providers, audits }) => {
      const hostUri = "https://provider.example.com:8443";
      providers.set(address, { owner: address, hostUri, attributes, email: "", website: "" });
      audits.push({ owner: address, auditor: "akash1auditor", attributes });
    });
    bench.declare(`import { ProviderRegistration } from "pulumi-akash";
new ProviderRegistration("registration", ${JSON.stringify({
      network: chain.network,
      wallet: owner.source,
      owner: address,
      hostUri: "https://provider.example.com:8443",
      attributes: { tier: "premium" },
    })});
`);
  });

  after(async () => {
    delete process.env["PULUMI_AKASH_STATE"];
    await chain?.stop();
    bench?.remove();
  });

  it("shows in a preview what changes, and which auditor has to sign again", async () => {
    const output = await bench.succeeds("preview", "--refresh", "--run-program");
    assert.match(output, /is adopted, and attributes\["tier"\] changes from "community" to "premium"\./);
    assert.match(output, /Auditor akash1auditor signed attributes that change \(tier\)/);
  });

  it("says no more of it once it is adopted, and reads it with as few requests as before", async () => {
    await bench.succeeds("up", "--yes", "--skip-preview");
    assert.equal(chain.provider(owner.address)?.attributes[0]?.value, "premium");
    chain.requests.clear();
    const output = await bench.succeeds("preview", "--refresh", "--run-program", "--expect-no-changes");
    assert.doesNotMatch(output, /is adopted|Auditor/);
    assert.equal(chain.requests.get("abci_query"), 1);
  });
});
