import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { openChain } from "../../components/chain/client.ts";
import { submit } from "../../components/chain/submit.ts";
import { openProgram, type TestProgram } from "../support/program.ts";
import {
  chains,
  type FaultyEndpoint,
  recordOf,
  startFaultyEndpoint,
  type TestChain,
  type TestWallet,
} from "./chainSupport.ts";

const signed = [
  { key: "host", value: "akash" },
  { key: "tier", value: "community" },
];

/** A stack that was lost, or a provider that somebody else had set up: the record is there before the resource. */
for (const { name, start } of chains) {
  describe(`a record that is adopted, in the engine, on ${name}`, function () {
    this.timeout(300_000);
    let bench: TestProgram;
    let chain: TestChain;
    let counted: FaultyEndpoint;
    let owner: TestWallet;
    let auditor: TestWallet;

    before(async function () {
      // The first run builds the toolchain.
      this.timeout(1_800_000);
      bench = await openProgram();
      process.env["PULUMI_AKASH_STATE"] = join(bench.folder, "signing");
      chain = await start(bench.folder);
      counted = await startFaultyEndpoint(chain.network.rpc[0] ?? "");
      owner = chain.nextWallet();
      auditor = chain.nextWallet();
      const { address, source } = owner;
      const record = recordOf(address, { attributes: signed, email: "" });
      await submit(chain.network, source, async () => [{ type: "createProvider", record }]);
      await chain.audit(auditor, { owner: address, attributes: signed });
      bench.declare(`import { ProviderRegistration } from "pulumi-akash";
new ProviderRegistration("registration", ${JSON.stringify({
        network: { ...chain.network, rpc: [counted.url] },
        wallet: source,
        owner: address,
        hostUri: record.hostUri,
        attributes: { host: "akash", tier: "premium" },
      })});
`);
    });

    after(async () => {
      delete process.env["PULUMI_AKASH_STATE"];
      counted?.close();
      await chain?.stop();
      bench?.remove();
    });

    it("reads who signed which of its attributes", async () => {
      const found = await (await openChain(chain.network)).auditors(owner.address);
      assert.deepEqual(found, [{ auditor: auditor.address, attributes: signed }]);
      assert.deepEqual(await (await openChain(chain.network)).auditors(auditor.address), []);
    });

    it("shows in a preview what changes, and which auditor has to sign again", async () => {
      const output = await bench.succeeds("preview", "--refresh", "--run-program");
      assert.match(output, /is adopted, and attributes\["tier"\] changes from "community" to "premium"\./);
      const warning = `Auditor ${auditor.address} signed attributes that change (tier)`;
      assert.ok(output.includes(warning), output);
    });

    it("says no more of it once it is adopted, and reads it with as few requests as before", async () => {
      await bench.succeeds("up", "--yes", "--skip-preview");
      const adopted = await (await openChain(chain.network)).provider(owner.address);
      assert.deepEqual(
        adopted?.attributes.find(({ key }) => key === "tier"),
        { key: "tier", value: "premium" },
      );
      counted.requests.length = 0;
      const output = await bench.succeeds("preview", "--refresh", "--run-program", "--expect-no-changes");
      assert.doesNotMatch(output, /is adopted|Auditor/);
      assert.equal(counted.requests.filter((method) => method === "abci_query").length, 1);
    });
  });
}
