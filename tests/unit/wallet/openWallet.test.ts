import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { absolutePath } from "../../../components/cluster/paths.ts";
import * as errors from "../../../components/wallet/errors.ts";
import { sealItem } from "../../../components/wallet/keyring/item.ts";
import { encodeRecord } from "../../../components/wallet/keyring/record.ts";
import { openWallet } from "../../../components/wallet/openWallet.ts";
import { writePrivateFile } from "../../../components/wallet/privateFile.ts";
import { promptedWordsVariable } from "../../../components/wallet/promptedWords.ts";
import { bcryptArmor } from "./armors.ts";
import { address, wallet, words } from "./wallets.ts";

describe("openWallet", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-akash-wallet-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("reads words from a variable", async () => {
    assert.equal((await openWallet({ mnemonicEnv: "M" }, { M: words })).address, address);
    await assert.rejects(openWallet({ mnemonicEnv: "M" }, {}), errors.WalletVariableMissing);
    await assert.rejects(openWallet({ mnemonicEnv: "M" }, { M: "" }), /variable M is not set/);
    await assert.rejects(openWallet({ mnemonicEnv: "M" }, { M: "two words" }), /the variable M/);
    await assert.rejects(
      openWallet({ prompt: true }, {}, async () => "two words"),
      /what was typed/,
    );
  });

  it("reads words from a file that only its owner can read", async () => {
    const mnemonicFile = join(folder, "words");
    await writeFile(mnemonicFile, `${words}\n`, { mode: 0o600 });
    assert.equal((await openWallet({ mnemonicFile })).address, address);
    for (const mode of [0o640, 0o604, 0o610, 0o666]) {
      await chmod(mnemonicFile, mode);
      await assert.rejects(openWallet({ mnemonicFile }), (error: Error) => {
        assert.ok(error instanceof errors.WalletFileExposed);
        assert.match(error.message, new RegExp(`mode 0${mode.toString(8)}.*chmod 600 ${mnemonicFile}`));
        return true;
      });
    }
    await chmod(mnemonicFile, 0o400);
    assert.equal((await openWallet({ mnemonicFile })).address, address);
  });

  it("says which file is missing or is none", async () => {
    await assert.rejects(openWallet({ mnemonicFile: join(folder, "none") }), errors.WalletFileMissing);
    await chmod(folder, 0o700);
    await assert.rejects(openWallet({ mnemonicFile: folder }), errors.WalletFileMissing);
  });

  it("asks for the words once: a command hands them on", async () => {
    const asked = await openWallet({ prompt: true }, {}, async () => words);
    assert.equal(asked.address, address);
    const handedOn = await openWallet({ prompt: true }, { [promptedWordsVariable]: words }, () =>
      assert.fail("asked again"),
    );
    assert.equal(handedOn.address, address);
  });

  it("reads an armored key as the 0.38 chain binary writes it", async () => {
    const armorFile = join(folder, "armor");
    await writeFile(armorFile, bcryptArmor.text);
    const source = { armorFile, passphraseEnv: "P" };
    assert.equal((await openWallet(source, { P: bcryptArmor.passphrase })).address, address);
    await assert.rejects(openWallet(source, {}), /variable P is not set/);
    await assert.rejects(
      openWallet({ ...source, armorFile: join(folder, "none") }, { P: "x" }),
      errors.WalletFileMissing,
    );
  });

  it("reads a key of either keyring backend", async () => {
    const keyring = { keyringDir: folder, keyName: "provider" };
    const item = { key: "provider.info", data: encodeRecord("provider", wallet) };
    await writePrivateFile(join(folder, "keyring-test/provider.info"), await sealItem(item, "test"));
    await writePrivateFile(join(folder, "keyring-file/provider.info"), await sealItem(item, "long enough"));
    assert.equal((await openWallet({ ...keyring, backend: "test" })).address, address);
    const file = { ...keyring, backend: "file", passphraseEnv: "P" } as const;
    assert.equal((await openWallet(file, { P: "long enough" })).address, address);
    await assert.rejects(openWallet(file, { P: "another" }), errors.KeyringItemUnreadable);
    await assert.rejects(openWallet(file, {}), /variable P is not set/);
    await assert.rejects(openWallet({ ...keyring, backend: "file" }, {}), /names no `passphraseEnv`\. Name/);
  });

  it("understands paths below the home folder", () => {
    assert.equal(absolutePath("~/wallet"), join(homedir(), "wallet"));
    assert.equal(absolutePath("/a/~b"), "/a/~b");
  });
});
