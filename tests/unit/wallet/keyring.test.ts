import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hash } from "bcryptjs";
import { Record as KeyringRecord } from "cosmjs-types/cosmos/crypto/keyring/v1/record";
import fc from "fast-check";
import { CompactEncrypt, compactDecrypt } from "jose";
import { afterEach, beforeEach, describe, it } from "mocha";
import * as errors from "../../../components/wallet/errors.ts";
import { expectedContents, readContents } from "../../../components/wallet/keyring/contents.ts";
import { keyringFiles, readKeyring, writeKeyringTest } from "../../../components/wallet/keyring/directory.ts";
import { openItem, sealItem } from "../../../components/wallet/keyring/item.ts";
import { decodeRecord, encodeRecord } from "../../../components/wallet/keyring/record.ts";
import { KeyWallet } from "../../../components/wallet/keyWallet.ts";
import { writePrivateFile } from "../../../components/wallet/privateFile.ts";
import { keyHex, keyNames, keys, otherWallet, wallet } from "./wallets.ts";

/** `.info` data that the 0.38 chain binary (Cosmos SDK 0.45, amino) wrote for the key `prov` of our wallet. */
const aminoInfo = Buffer.from(
  "ZA2tFT0KBHByb3YSJuta6YchAk9OKtmcNNYLm6YoPJQxqEGK+GcyEpYfl6d7Y3f80FtiGiXhsPebIMSkji/OFIHNMpS0SQ9meAkOqY09DlzZhFWKsJaHQbEEIglzZWNwMjU2azE=",
  "base64",
);

describe("keyring records", () => {
  it("come back for any key and name", () => {
    fc.assert(
      fc.property(keys, keyNames, (key, name) => {
        const stored = decodeRecord(encodeRecord(name, new KeyWallet(key)), name);
        assert.deepEqual(stored, { name, privateKey: key, format: "proto" });
      }),
      { numRuns: 50 },
    );
  });

  it("are read as the 0.38 chain binary writes them", () => {
    const { name, privateKey, format } = decodeRecord(aminoInfo, "prov");
    assert.deepEqual([name, Buffer.from(privateKey).toString("hex"), format], ["prov", keyHex, "amino"]);
  });

  it("without a secp256k1 private key are refused", () => {
    const ledger = KeyringRecord.encode(KeyringRecord.fromPartial({ name: "x", ledger: {} })).finish();
    const other = KeyringRecord.fromPartial({
      name: "x",
      local: { privKey: { typeUrl: "/cosmos.crypto.ed25519.PrivKey", value: new Uint8Array(32) } },
    });
    const short = KeyringRecord.fromPartial({
      name: "x",
      local: { privKey: { typeUrl: "/cosmos.crypto.secp256k1.PrivKey", value: Uint8Array.of(10, 1, 5) } },
    });
    const aminoLedger = Buffer.from(aminoInfo);
    aminoLedger.set([0xa0, 0x8c, 0xb0, 0xfb], 1);
    const aminoOther = Buffer.from(aminoInfo);
    aminoOther[aminoOther.indexOf(Buffer.from("e1b0f79b", "hex"))] = 0;
    const cases: [Uint8Array, RegExp][] = [
      [ledger, /Ledger, multisig or watch-only/],
      [KeyringRecord.encode(other).finish(), /ed25519/],
      [KeyringRecord.encode(short).finish(), /no secp256k1 key/],
      [aminoLedger, /Ledger, multisig or watch-only/],
      [aminoOther, /no secp256k1 key/],
      [Uint8Array.of(255, 255), /damaged/],
      [new Uint8Array(), /damaged/],
    ];
    for (const [data, expected] of cases) {
      assert.throws(
        () => decodeRecord(data, "x"),
        (error: Error) => {
          assert.ok(error instanceof errors.KeyUnusable);
          assert.match(error.message, expected);
          return true;
        },
      );
    }
  });

  it("never fail but by name, whatever they hold", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        try {
          decodeRecord(data, "x");
        } catch (error) {
          assert.ok(error instanceof errors.KeyUnusable);
        }
      }),
    );
  });
});

describe("keyring items", () => {
  it("come back with their password, and with no other", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array(),
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        async (data, password, other) => {
          const sealed = await sealItem({ key: "a.info", data }, password);
          assert.deepEqual(await openItem(`${sealed}\n`, password), { key: "a.info", data });
          if (other !== password) assert.equal(await openItem(sealed, other), undefined);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("have the fields that the Go library writes, and its number of iterations", async () => {
    const data = Uint8Array.of(1, 2, 3);
    const sealed = await sealItem({ key: "a.info", data }, "test");
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, Buffer.from("test"), {
      keyManagementAlgorithms: ["PBES2-HS256+A128KW"],
    });
    assert.deepEqual(JSON.parse(Buffer.from(plaintext).toString()), {
      Key: "a.info",
      Data: "AQID",
      Label: "",
      Description: "",
      KeychainNotTrustApplication: false,
      KeychainNotSynchronizable: false,
    });
    assert.deepEqual([protectedHeader.enc, protectedHeader["p2c"]], ["A256GCM", 8192]);
    assert.ok(Math.abs(Date.now() - Date.parse(String(protectedHeader["created"]))) < 60_000);
  });

  it("that hold something else are none", async () => {
    const seal = (text: string) =>
      new CompactEncrypt(Buffer.from(text))
        .setProtectedHeader({ alg: "PBES2-HS256+A128KW", enc: "A256GCM" })
        .encrypt(Buffer.from("test"));
    assert.equal(await openItem(await seal("no json"), "test"), undefined);
    assert.equal(await openItem(await seal("{}"), "test"), undefined);
    assert.equal(await openItem("no JWE", "test"), undefined);
  });
});

describe("keyring directories", () => {
  let home = "";
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "pulumi-akash-keyring-"));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it("are private, and give back their key from either path", async () => {
    await writeKeyringTest(home, "provider", wallet);
    const directory = join(home, "keyring-test");
    assert.deepEqual(
      (await readdir(directory)).sort(),
      ["28ff5c6d57d8cfd492b6fb42614536ed648e01fd.address", "provider.info"].sort(),
    );
    assert.equal((await stat(directory)).mode & 0o777, 0o700);
    assert.equal((await stat(join(directory, "provider.info"))).mode & 0o777, 0o600);
    for (const path of [home, directory]) {
      const { privateKey } = await readKeyring({ directory: path, backend: "test", keyName: "provider" });
      assert.equal(Buffer.from(privateKey).toString("hex"), keyHex);
    }
  });

  it("tell the names they have when another is asked for", async () => {
    await writeKeyringTest(home, "provider", wallet);
    const other = { directory: home, backend: "test", keyName: "another" } as const;
    await assert.rejects(readKeyring(other), (error: Error) => {
      assert.ok(error instanceof errors.KeyNotFound);
      assert.match(error.message, /no key "another"; it has: provider/);
      return true;
    });
    await assert.rejects(readKeyring({ ...other, backend: "file" }), /it holds no keys/);
  });

  it("of backend test are refused where others can read the key: everybody knows their password", async () => {
    await writeKeyringTest(home, "provider", wallet);
    const location = { directory: home, backend: "test", keyName: "provider" } as const;
    const info = join(home, "keyring-test/provider.info");
    for (const mode of [0o644, 0o640]) {
      await chmod(info, mode);
      await assert.rejects(readKeyring(location), (error: Error) => {
        assert.ok(error instanceof errors.WalletFileExposed);
        assert.match(error.message, new RegExp(`mode 0${mode.toString(8)}.*chmod 600 ${info}`));
        return true;
      });
    }
    await chmod(info, 0o400);
    assert.equal((await readKeyring(location)).name, "provider");
  });

  it("of backend file need their passphrase", async () => {
    const passphrase = { value: "long enough", variable: "PASS" };
    const location = { directory: home, backend: "file", keyName: "a/b", passphrase } as const;
    const item = { key: "a/b.info", data: encodeRecord("a/b", wallet) };
    await writePrivateFile(join(home, "keyring-file/a%2Fb.info"), await sealItem(item, passphrase.value));
    assert.equal((await readKeyring(location)).name, "a/b");
    await writePrivateFile(join(home, "keyring-file/keyhash"), `${await hash(passphrase.value, 4)}\n`);
    assert.equal((await readKeyring(location)).name, "a/b");
    const wrong = { ...location, passphrase: { value: "another one", variable: "PASS" } };
    await assert.rejects(readKeyring(wrong), (error: Error) => {
      assert.ok(error instanceof errors.KeyringPassphraseWrong);
      assert.match(error.message, /in PASS .*too many failed passphrase attempts/);
      assert.doesNotMatch(error.message, /another one/);
      return true;
    });
    await assert.rejects(
      readKeyring({ directory: home, backend: "file", keyName: "a/b" }),
      errors.KeyringPassphraseUndeclared,
    );
  });

  it("name the file that is damaged", async () => {
    await writePrivateFile(join(home, "keyring-test/provider.info"), "no JWE");
    await assert.rejects(
      readKeyring({ directory: home, backend: "test", keyName: "provider" }),
      (error: Error) => {
        assert.ok(error instanceof errors.KeyringItemUnreadable);
        assert.match(error.message, /keyring-test\/provider\.info .*backend `test`/);
        return true;
      },
    );
  });
});

describe("keyring contents", () => {
  it("are the same each time the files are written, though the files differ", async () => {
    const [first, second] = [await keyringFiles("provider", wallet), await keyringFiles("provider", wallet)];
    assert.notDeepEqual(first, second);
    const expected = expectedContents("provider", wallet);
    assert.equal(expected.address, wallet.address);
    assert.match(expected.checksum, /^[0-9a-f]{64}$/);
    assert.deepEqual(await readContents("provider", first), expected);
    assert.deepEqual(await readContents("provider", second), expected);
  });

  it("differ by key and by name", () => {
    const { checksum } = expectedContents("provider", wallet);
    assert.notEqual(expectedContents("provider", otherWallet).checksum, checksum);
    assert.notEqual(expectedContents("other", wallet).checksum, checksum);
  });

  it("show every alteration", async () => {
    const files = await keyringFiles("provider", wallet);
    const [info = "", index = ""] = Object.keys(files);
    const other = await keyringFiles("provider", otherWallet);
    const seal = async (data: Uint8Array, password = "test", key = info) =>
      Buffer.from(await sealItem({ key, data }, password));
    const without = (name: string) =>
      Object.fromEntries(Object.entries(files).filter(([key]) => key !== name));
    const cases: [Record<string, Uint8Array>, string][] = [
      [{}, "missing"],
      [without(info), "missing"],
      [without(index), wallet.address],
      [{ ...files, extra: Buffer.from("x") }, wallet.address],
      [{ ...files, [info]: other["provider.info"] ?? Buffer.of() }, otherWallet.address],
      [{ ...files, [info]: Buffer.from("no JWE") }, "unreadable"],
      [{ ...files, [info]: await seal(encodeRecord("provider", wallet), "another") }, "unreadable"],
      [
        { ...files, [info]: await seal(encodeRecord("provider", wallet), "test", "other.info") },
        "unreadable",
      ],
      [{ ...files, [info]: await seal(encodeRecord("renamed", wallet)) }, wallet.address],
      [{ ...files, [info]: await seal(aminoInfo) }, wallet.address],
      [{ ...files, [info]: await seal(Buffer.from("no record")) }, "no private key"],
      [{ ...files, [index]: await seal(Buffer.from("other.info"), "test", index) }, wallet.address],
    ];
    const expected = expectedContents("provider", wallet);
    for (const [altered, address] of cases) {
      const contents = await readContents("provider", altered);
      assert.equal(contents.address, address);
      assert.notEqual(contents.checksum, expected.checksum);
    }
  });
});
