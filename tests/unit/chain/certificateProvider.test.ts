import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import {
  type CertificateState,
  certificateInputs,
} from "../../../components/chain/certificateDeclaration.ts";
import { handler } from "../../../components/chain/certificateProvider.ts";
import { generateWords } from "../../../components/wallet/mnemonic.ts";
import type { ScriptedChain } from "../../support/scriptedChain/index.ts";
import { OneSecret } from "../cluster/oneSecret.ts";
import { address as owner, words } from "../wallet/wallets.ts";
import { startOwnChain } from "./ownChain.ts";
import { useVirtualTime } from "./virtualTime.ts";

const variable = "CERTIFICATE_TEST_WORDS";
const activeFile = `${owner}.pem`;

/** A wallet may be given up: its words are lost, others stand in their place, it is empty. */
describe("a certificate whose wallet was given up", () => {
  const time = useVirtualTime();
  const { warn } = console;
  let folder: string;
  let chain: ScriptedChain;
  let api: OneSecret;
  let state: CertificateState;
  let warnings: string[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "chain-certificate-"));
    Object.assign(process.env, { PULUMI_AKASH_STATE: folder, [variable]: words });
    chain = await startOwnChain(100_000, owner);
    time.onSleep = () => chain.produceBlock();
    api = new OneSecret();
    const inputs = certificateInputs({
      network: chain.network,
      wallet: { mnemonicEnv: variable },
      owner,
      host: "provider.example.com",
      cluster: await api.start(),
      validDays: 365,
      renewBeforeDays: 30,
    });
    state = (await handler().create(inputs)).outs as CertificateState;
    warnings = [];
    console.warn = (text: string) => warnings.push(text);
  });

  afterEach(async () => {
    console.warn = warn;
    api.stop();
    await chain.stop();
    rmSync(folder, { recursive: true, force: true });
    delete process.env["PULUMI_AKASH_STATE"];
    delete process.env[variable];
  });

  const empty = () =>
    chain.edit(({ accounts }) => {
      accounts.get(owner)?.balances.set("uakt", 10n);
    });
  const cases: [string, () => void, RegExp][] = [
    ["is not at hand", () => delete process.env[variable], /its wallet cannot be opened/],
    ["has other words now", () => (process.env[variable] = generateWords()), /another wallet is declared/],
    ["is empty", empty, /its wallet cannot pay the fee/],
  ];
  for (const [what, happen, reason] of cases) {
    it(`is forgotten when it is deleted, and told to stay valid, where the wallet ${what}`, async () => {
      happen();
      await handler().delete?.(owner, state);
      assert.equal(api.secret, undefined);
      assert.equal(chain.certificates(owner)[0]?.state, "valid");
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", reason);
      for (const part of [state.serial, owner, state.chainId, "Only that wallet can revoke it"])
        assert.ok(warnings[0]?.includes(part), part);
    });
  }

  it("is revoked as ever where the wallet is at hand", async () => {
    await handler().delete?.(owner, state);
    assert.equal(chain.certificates(owner)[0]?.state, "revoked");
    assert.deepEqual(warnings, []);
  });

  it("keeps its key where the chain refuses the revocation", async () => {
    chain.faults.simulateError = "out of luck";
    await assert.rejects(async () => handler().delete?.(owner, state), { name: "TransactionRefused" });
    assert.ok(api.file(activeFile));
  });

  for (const [what, happen] of cases.slice(0, 2)) {
    it(`is read by serial and fingerprint where the wallet ${what}`, async () => {
      happen();
      const read = async () => (await handler().read?.(owner, state))?.props as CertificateState;
      assert.deepEqual(await read(), state);
      chain.edit(({ certificates }) => {
        for (const certificate of certificates.values()) certificate.state = "revoked";
      });
      assert.equal((await read()).state, "revoked");
      api.hold({});
      assert.equal((await read()).key, "missing");
    });
  }
});
