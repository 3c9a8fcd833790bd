import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import { ArmorPassphraseWrong, ProviderKeyNotDecryptable } from "../../components/wallet/errors.ts";
import { exportArmor } from "../../components/wallet/keyring/armor.ts";
import { writeKeyringTest } from "../../components/wallet/keyring/directory.ts";
import { openWallet } from "../../components/wallet/openWallet.ts";
import { createProviderKey, openProviderKey } from "../../components/wallet/providerKey.ts";
import { ensureToolchain } from "../../toolchain/index.ts";
import { argon2Armor } from "../unit/wallet/armors.ts";
import { address, keyHex, otherWallet, wallet } from "../unit/wallet/wallets.ts";
import { listKeys, type Outcome, run } from "./walletBinaries.ts";

const passphrase = "correct horse";
const keyName = "provider";
const host = "provider.example.com";

describe("wallet formats against real binaries", function () {
  this.timeout(60_000);
  let home = "";
  let akash: (args: readonly string[], input?: string) => Outcome;
  let reader = "";

  before(async function () {
    // The first run builds them.
    this.timeout(1_800_000);
    const toolchain = await ensureToolchain({ tools: ["akash", "keyring-reader"] });
    akash = (args, input) => run(toolchain.path("akash"), [...args, "--home", home], input);
    reader = toolchain.path("keyring-reader");
  });
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "pulumi-akash-home-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** Imports our armor the way a person would: the passphrase typed once. */
  const importArmored = async (backend: string, input = `${passphrase}\n`) => {
    const file = join(home, "key.asc");
    writeFileSync(file, await exportArmor(wallet, passphrase), { mode: 0o600 });
    return akash(["keys", "import", keyName, file, "--keyring-backend", backend], input);
  };

  it("the 0.38 chain binary imports our armor and shows our address", async () => {
    assert.equal((await importArmored("test")).status, 0);
    const { stdout } = akash(["keys", "list", "--keyring-backend", "test", "--output", "json"]);
    const [key] = JSON.parse(stdout) as { name: string; address: string }[];
    assert.deepEqual([key?.name, key?.address], [keyName, address]);
  });

  it("an armor that the 0.38 chain binary exports is a wallet", async () => {
    await importArmored("test");
    const exported = akash(["keys", "export", keyName, "--keyring-backend", "test"], `${passphrase}\n`);
    const armorFile = join(home, "exported.asc");
    writeFileSync(armorFile, exported.stdout + exported.stderr);
    const opened = await openWallet({ armorFile, passphraseEnv: "PASS" }, { PASS: passphrase });
    assert.equal(Buffer.from(opened.privateKey()).toString("hex"), keyHex);
  });

  it("an armor that Cosmos SDK 0.53 exported is a wallet, with its passphrase only", async () => {
    const armorFile = join(home, "exported.asc");
    writeFileSync(armorFile, argon2Armor.text);
    const source = { armorFile, passphraseEnv: "PASS" };
    const opened = await openWallet(source, { PASS: argon2Armor.passphrase });
    assert.equal(Buffer.from(opened.privateKey()).toString("hex"), keyHex);
    await assert.rejects(openWallet(source, { PASS: "wrong one" }), ArmorPassphraseWrong);
  });

  it("keyrings that the 0.38 chain binary makes are wallets", async () => {
    await importArmored("test");
    assert.equal((await openWallet({ keyringDir: home, backend: "test", keyName })).address, address);
    const twice = `${passphrase}\nof the keyring\nof the keyring\n`;
    assert.equal((await importArmored("file", twice)).status, 0);
    const source = { keyringDir: home, backend: "file", keyName, passphraseEnv: "PASS" } as const;
    assert.equal((await openWallet(source, { PASS: "of the keyring" })).address, address);
    await assert.rejects(openWallet(source, { PASS: passphrase }), /too many failed passphrase attempts/);
  });

  it("the keyring of Cosmos SDK 0.53 reads our directory", async () => {
    await writeKeyringTest(home, keyName, wallet);
    assert.deepEqual(listKeys(reader, home), [
      { name: keyName, address, pubkey: Buffer.from(wallet.publicKey).toString("hex") },
    ]);
  });

  it("the 0.38 chain binary fails on it, which is why older images are refused", async () => {
    await writeKeyringTest(home, keyName, wallet);
    const { status, stdout } = akash(["keys", "list", "--keyring-backend", "test"]);
    assert.notEqual(status, 0);
    assert.match(stdout, /Bytes left over in UnmarshalBinaryLengthPrefixed/);
  });

  it("the chain binary opens our sealed key and takes its certificate", async () => {
    await importArmored("test");
    assert.equal(akash(["init", "test"]).status, 0);
    const publish = [
      "tx",
      "cert",
      "publish",
      "server",
      "--from",
      keyName,
      "--keyring-backend",
      "test",
      "--to-genesis",
    ];
    const pem = join(home, `${address}.pem`);

    const foreign = await createProviderKey(otherWallet, { host });
    writeFileSync(pem, foreign.sealedPem);
    assert.match(akash(publish).stderr, /failed decrypting x509 block with private key/);

    const key = await createProviderKey(wallet, { host });
    writeFileSync(pem, key.sealedPem);
    assert.equal(akash(publish).status, 0);
    const genesis = JSON.parse(readFileSync(join(home, "config/genesis.json"), "utf8"));
    const [{ owner, certificate }] = genesis.app_state.cert.certificates;
    assert.equal(owner, address);
    assert.equal(Buffer.from(certificate.cert, "base64").toString(), key.certificatePem);
    assert.equal(Buffer.from(certificate.pubkey, "base64").toString(), key.publicKeyPem);
  });

  it("a key that the chain binary seals opens, with this wallet only", async () => {
    await importArmored("test");
    akash(["tx", "cert", "generate", "server", host, "--from", keyName, "--keyring-backend", "test"]);
    const sealed = readFileSync(join(home, `${address}.pem`), "utf8");
    const key = await openProviderKey(wallet, sealed);
    assert.deepEqual([key.subject, key.issuer, key.hosts], [address, address, [host]]);
    await assert.rejects(openProviderKey(otherWallet, sealed), ProviderKeyNotDecryptable);
  });
});
