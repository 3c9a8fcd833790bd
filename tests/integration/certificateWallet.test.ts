import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { openChain } from "../../components/chain/client.ts";
import { openProgram, type TestProgram } from "../support/program.ts";
import { OneSecret } from "../unit/cluster/oneSecret.ts";
import { chains, type TestChain, type TestWallet } from "./chainSupport.ts";

const variables = ["OLD_TEST_WORDS", "NEW_TEST_WORDS"] as const;

/** A site moves to another wallet: of the first one nobody may have the words any more. */
for (const { name, start } of chains) {
  describe(`a certificate that moves to another wallet, in the engine, on ${name}`, function () {
    this.timeout(300_000);
    let bench: TestProgram;
    let chain: TestChain;
    let api: OneSecret;
    let cluster: object;
    let wallets: TestWallet[];

    before(async function () {
      // The first run builds the toolchain.
      this.timeout(1_800_000);
      bench = await openProgram();
      process.env["PULUMI_AKASH_STATE"] = join(bench.folder, "signing");
      chain = await start(bench.folder);
      wallets = [chain.nextWallet(), chain.nextWallet(), chain.nextWallet()];
      api = new OneSecret();
      cluster = await api.start();
    });

    after(async () => {
      for (const variable of ["PULUMI_AKASH_STATE", ...variables]) delete process.env[variable];
      api?.stop();
      await chain?.stop();
      bench?.remove();
    });

    const wallet = (index: number) => wallets[index] ?? assert.fail("no such wallet");
    const states = async (index: number) => {
      const certificates = await (await openChain(chain.network)).certificates(wallet(index).address);
      return certificates.map(({ state }) => state);
    };
    const wordsOf = ({ source }: TestWallet) =>
      "mnemonicFile" in source ? readFile(source.mnemonicFile, "utf8") : assert.fail("no file with words");

    /** Brings the site up with one wallet's words in one variable, and reads it back first. */
    async function up(index: number, variable: (typeof variables)[number]): Promise<string> {
      const { address } = wallet(index);
      for (const other of variables) delete process.env[other];
      process.env[variable] = await wordsOf(wallet(index));
      const args = { network: chain.network, wallet: { mnemonicEnv: variable }, owner: address, cluster };
      bench.declare(`import { Certificate } from "pulumi-akash";
new Certificate("certificate", ${JSON.stringify({ ...args, host: "provider.example.com" })});
`);
      return bench.succeeds("up", "--yes", "--skip-preview", "--refresh", "--run-program");
    }

    it("is published for the first wallet", async () => {
      await up(0, "OLD_TEST_WORDS");
      assert.deepEqual(await states(0), ["valid"]);
    });

    it("is published for the second, whose words are in the same variable, and the first one's told to stay", async () => {
      const output = await up(1, "OLD_TEST_WORDS");
      assert.match(output, new RegExp(`of ${wallet(0).address} stays valid`));
      assert.deepEqual([await states(0), await states(1)], [["valid"], ["valid"]]);
      assert.ok(api.file(`${wallet(1).address}.pem`));
    });

    it("stays where only the variable is renamed, and the old one is unset", async () => {
      const output = await up(1, "NEW_TEST_WORDS");
      assert.doesNotMatch(output, /stays valid/);
      assert.deepEqual(await states(1), ["valid"]);
    });

    it("is published for the third, whose words are in another variable, and the second one's told to stay", async () => {
      const output = await up(2, "OLD_TEST_WORDS");
      assert.match(output, new RegExp(`of ${wallet(1).address} stays valid`));
      assert.deepEqual([await states(1), await states(2)], [["valid"], ["valid"]]);
    });

    it("is revoked and gone at the end", async () => {
      await bench.succeeds("destroy", "--yes", "--skip-preview");
      assert.deepEqual(await states(2), ["revoked"]);
      assert.equal(api.secret, undefined);
    });
  });
}
