import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { certificateInputs } from "../../../components/chain/certificateDeclaration.ts";
import { ensureCertificate } from "../../../components/chain/certificateEnsure.ts";
import { validFor } from "../../../components/chain/certificatePlan.ts";
import { readPublished, revokeCertificates } from "../../../components/chain/certificateRecords.ts";
import { TransactionRefused, TransactionUnknown, WalletMismatch } from "../../../components/chain/errors.ts";
import type { ClusterAccess } from "../../../components/cluster/types.ts";
import { WalletVariableMissing } from "../../../components/wallet/errors.ts";
import { createProviderKey } from "../../../components/wallet/providerKey.ts";
import type { ScriptedChain } from "../../support/scriptedChain/index.ts";
import { OneSecret } from "../cluster/oneSecret.ts";
import { address as owner, wallet as ownWallet, words } from "../wallet/wallets.ts";
import { startOwnChain } from "./ownChain.ts";
import { useVirtualTime } from "./virtualTime.ts";

const wallet = { mnemonicEnv: "CERTIFICATE_TEST_WORDS" };
const host = "provider.example.com";
const activeFile = `${owner}.pem`;

describe("a certificate that is brought about", () => {
  const time = useVirtualTime();
  let folder: string;
  let chain: ScriptedChain;
  let api: OneSecret;
  let cluster: ClusterAccess;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "chain-certificate-"));
    Object.assign(process.env, { PULUMI_AKASH_STATE: folder, CERTIFICATE_TEST_WORDS: words });
    chain = await startOwnChain(100_000, owner);
    time.onSleep = () => chain.produceBlock();
    api = new OneSecret();
    cluster = await api.start();
  });

  afterEach(async () => {
    api.stop();
    await chain.stop();
    rmSync(folder, { recursive: true, force: true });
    delete process.env["PULUMI_AKASH_STATE"];
    delete process.env["CERTIFICATE_TEST_WORDS"];
  });

  const declared = (change: object = {}) =>
    certificateInputs({
      network: chain.network,
      wallet,
      owner,
      host,
      cluster,
      validDays: 365,
      renewBeforeDays: 30,
      ...change,
    });
  const serials = () => chain.certificates(owner).map(({ serial }) => serial);
  const published = () => readPublished({ network: chain.network, wallet, owner });

  it("is stored before it is published, and served with afterwards", async () => {
    const state = await ensureCertificate(declared());
    assert.deepEqual(api.writes, [["pending.pem"], [activeFile]]);
    assert.deepEqual(serials(), [state.serial]);
    const [certificate] = chain.certificates(owner);
    const pem = Buffer.from(certificate?.certificate ?? []).toString();
    assert.ok(api.file(activeFile).startsWith(pem));
    const { serial, fingerprint, notBefore, notAfter, ...rest } = state;
    assert.deepEqual(rest, {
      ...declared(),
      chainId: chain.network.chainId,
      secretName: "akash-provider-certificate",
    });
    assert.equal((Date.parse(notAfter) - Date.parse(notBefore) - 60_000) / 86_400_000, 365);
    assert.deepEqual(
      (await published()).map((one) => [one.serial, one.fingerprint, one.hosts]),
      [[serial, fingerprint, [host]]],
    );
  });

  it("is left alone when it is sound", async () => {
    const first = await ensureCertificate(declared());
    const second = await ensureCertificate(declared());
    assert.deepEqual(second, first);
    assert.equal(chain.transactions.length, 1);
    assert.equal(api.writes.length, 2);
  });

  it("is published when a run was killed before it signed", async () => {
    const { sealedPem, serial } = await createProviderKey(ownWallet, { host });
    api.hold({ "pending.pem": Buffer.from(sealedPem) });
    assert.equal((await ensureCertificate(declared())).serial, serial);
    assert.deepEqual(serials(), [serial]);
    assert.deepEqual(api.writes, [[activeFile]]);
  });

  it("is switched to when a run was killed after it published", async () => {
    const { serial } = await ensureCertificate(declared());
    api.hold({ "pending.pem": Buffer.from(api.file(activeFile)) });
    assert.equal((await ensureCertificate(declared())).serial, serial);
    assert.equal(chain.transactions.length, 1);
    assert.deepEqual(api.writes.at(-1), [activeFile]);
  });

  it("is another one for another host, while the provider keeps serving with the old one", async () => {
    const before = await ensureCertificate(declared());
    const after = await ensureCertificate(declared({ host: "gpu.example.com" }));
    assert.notEqual(after.serial, before.serial);
    assert.deepEqual(api.writes.slice(2), [[activeFile, "pending.pem"], [activeFile]]);
    assert.deepEqual(serials(), [before.serial, after.serial]);
  });

  it("is not made for the owner of another wallet", async () => {
    await assert.rejects(ensureCertificate(declared({ owner: "akash1other" })), WalletMismatch);
    assert.deepEqual(api.writes, []);
    assert.equal(chain.transactions.length, 0);
  });

  it("is recorded as unfinished when nobody can tell whether it was published", async () => {
    chain.faults.failMethods = { broadcast_tx_sync: "node is going down" };
    time.onSleep = () => {
      time.elapsed += 30_000;
    };
    const error = await ensureCertificate(declared()).catch((reason: unknown) => reason);
    assert.ok(error instanceof TransactionUnknown);
    const { id, properties, reasons } = error as TransactionUnknown & Record<string, unknown>;
    assert.equal(id, owner);
    assert.deepEqual(reasons, [error.message]);
    chain.heal();
    time.onSleep = () => chain.produceBlock();
    const state = await ensureCertificate(declared());
    assert.deepEqual(properties, { ...state, state: "missing" });
    assert.equal(chain.transactions.length, 1);
  });

  it("fails as it is where nothing was sent", async () => {
    chain.faults.simulateError = "out of luck";
    const error = await ensureCertificate(declared()).catch((reason: unknown) => reason);
    assert.ok(error instanceof TransactionRefused && !("properties" in error));
    assert.deepEqual(api.writes, [["pending.pem"]]);
  });

  describe("and revoked", () => {
    const by = () => ({ network: chain.network, wallet, owner });

    it("is what is chosen, in one transaction", async () => {
      const { serial: first } = await ensureCertificate(declared());
      const { serial: second } = await ensureCertificate(declared({ host: "gpu.example.com" }));
      const { serial: kept } = await ensureCertificate(declared({ host: "third.example.com" }));
      await revokeCertificates(by(), (all) =>
        all.filter(({ serial }) => serial !== kept).map(({ serial }) => serial),
      );
      assert.equal(chain.transactions.length, 4);
      assert.deepEqual(
        (await published()).map(({ serial, state }) => [serial, state]).sort(),
        [
          [first, "revoked"],
          [second, "revoked"],
          [kept, "valid"],
        ].sort(),
      );
    });

    it("is nothing when nothing is chosen, without touching the wallet", async () => {
      const { serial } = await ensureCertificate(declared());
      delete process.env["CERTIFICATE_TEST_WORDS"];
      await revokeCertificates(by(), () => []);
      await assert.rejects(
        revokeCertificates(by(), () => [serial]),
        WalletVariableMissing,
      );
      assert.equal(chain.transactions.length, 1);
    });

    it("is chosen again under the lock, by what is there then", async () => {
      const { serial } = await ensureCertificate(declared());
      const asked: string[][] = [];
      await revokeCertificates(by(), (all) => {
        asked.push(validFor(all, [host]));
        return asked.length === 1 ? [serial] : [];
      });
      assert.deepEqual(asked, [[serial], [serial]]);
      assert.equal(chain.transactions.length, 1);
    });

    it("is not what belongs to another owner", async () => {
      await assert.rejects(
        revokeCertificates({ ...by(), owner: "akash1other" }, () => ["1"]),
        WalletMismatch,
      );
    });
  });
});
