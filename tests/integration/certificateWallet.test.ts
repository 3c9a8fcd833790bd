import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { KeyWallet } from "../../components/wallet/keyWallet.ts";
import { deriveKey, generateWords } from "../../components/wallet/mnemonic.ts";
import { openProgram, type TestProgram } from "../support/program.ts";
import { type ScriptedChain, startScriptedChain } from "../support/scriptedChain/index.ts";
import { OneSecret } from "../unit/cluster/oneSecret.ts";

const variables = ["OLD_TEST_WORDS", "NEW_TEST_WORDS"] as const;

/** A site moves to another wallet: of the first one nobody may have the words any more. */
describe("a certificate that moves to another wallet, in the engine", function () {
  this.timeout(300_000);
  let bench: TestProgram;
  let chain: ScriptedChain;
  let api: OneSecret;
  let cluster: object;
  const wallets: { readonly words: string; readonly address: string }[] = [];

  before(async () => {
    bench = await openProgram();
    process.env["PULUMI_AKASH_STATE"] = join(bench.folder, "signing");
    for (let count = 0; count < 3; count++) {
      const words = generateWords();
      wallets.push({ words, address: new KeyWallet(await deriveKey(words)).address });
    }
    const funds = wallets.map(({ address }) => [address, { uakt: 5_000_000 }]);
    chain = await startScriptedChain({ accounts: Object.fromEntries(funds) });
    api = new OneSecret();
    cluster = await api.start();
  });

  after(async () => {
    for (const name of ["PULUMI_AKASH_STATE", ...variables]) delete process.env[name];
    api?.stop();
    await chain?.stop();
    bench?.remove();
  });

  const wallet = (index: number) => wallets[index] ?? assert.fail("no such wallet");
  const states = (index: number) => chain.certificates(wallet(index).address).map(({ state }) => state);

  /** Brings the site up with one wallet's words in one variable, and reads it back first. */
  async function up(index: number, variable: (typeof variables)[number]): Promise<string> {
    const { address, words } = wallet(index);
    for (const name of variables) delete process.env[name];
    process.env[variable] = words;
    const args = { network: chain.network, wallet: { mnemonicEnv: variable }, owner: address, cluster };
    bench.declare(`import { Certificate } from "pulumi-akash";
new Certificate("certificate", ${JSON.stringify({ ...args, host: "provider.example.com" })});
`);
    return bench.succeeds("up", "--yes", "--skip-preview", "--refresh", "--run-program");
  }

  it("is published for the first wallet", async () => {
    await up(0, "OLD_TEST_WORDS");
    assert.deepEqual(states(0), ["valid"]);
  });

  it("is published for the second, whose words are in the same variable, and the first one's told to stay", async () => {
    const output = await up(1, "OLD_TEST_WORDS");
    assert.match(output, new RegExp(`of ${wallet(0).address} stays valid`));
    assert.deepEqual([states(0), states(1)], [["valid"], ["valid"]]);
    assert.ok(api.file(`${wallet(1).address}.pem`));
  });

  it("stays where only the variable is renamed, and the old one is unset", async () => {
    const output = await up(1, "NEW_TEST_WORDS");
    assert.doesNotMatch(output, /stays valid/);
    assert.deepEqual(states(1), ["valid"]);
  });

  it("is published for the third, whose words are in another variable, and the second one's told to stay", async () => {
    const output = await up(2, "OLD_TEST_WORDS");
    assert.match(output, new RegExp(`of ${wallet(1).address} stays valid`));
    assert.deepEqual([states(1), states(2)], [["valid"], ["valid"]]);
  });

  it("is revoked and gone at the end", async () => {
    await bench.succeeds("destroy", "--yes", "--skip-preview");
    assert.deepEqual(states(2), ["revoked"]);
    assert.equal(api.secret, undefined);
  });
});
