import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { ArmorInvalid, ArmorKdfUnknown, ArmorPassphraseWrong } from "../../../components/wallet/errors.ts";
import { exportArmor, importArmor } from "../../../components/wallet/keyring/armor.ts";
import { decodeArmor, encodeArmor } from "../../../components/wallet/keyring/asciiArmor.ts";
import { KeyWallet } from "../../../components/wallet/keyWallet.ts";
import { argon2Armor, bcryptArmor } from "./armors.ts";
import { keys, wallet } from "./wallets.ts";

const source = { origin: "key.asc", passphrase: bcryptArmor.passphrase, variable: "PASS" };
const cheap = 4;

describe("ASCII armor", () => {
  const blocks = fc.record({
    type: fc.stringMatching(/^[A-Z]+( [A-Z]+){0,3}$/),
    headers: fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.stringMatching(/^\w+$/)),
    data: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  });

  it("comes back as it was, also with a Windows line end", () => {
    fc.assert(
      fc.property(blocks, (block) => {
        const text = encodeArmor(block);
        const expected = { ...block, headers: { ...block.headers } };
        assert.deepEqual(decodeArmor(text), expected);
        assert.deepEqual(decodeArmor(`\n${text.replaceAll("\n", "\r\n")}\r\n`), expected);
      }),
      { numRuns: 50 },
    );
  });

  it("is written line for line as the binaries write it", () => {
    for (const { text } of [argon2Armor, bcryptArmor]) {
      const block = decodeArmor(text);
      assert.ok(block);
      assert.equal(encodeArmor(block), `${text}\n`);
    }
  });

  it("notices any altered byte", () => {
    fc.assert(
      fc.property(blocks, fc.nat(), fc.integer({ min: 1, max: 255 }), (block, place, change) => {
        const data = Uint8Array.from(block.data);
        const index = place % data.length;
        data[index] = (data[index] ?? 0) ^ change;
        const checksum = /=\S{4}\n-----END/.exec(encodeArmor(block))?.[0] ?? "";
        const forged = encodeArmor({ ...block, data }).replace(/=\S{4}\n-----END/, checksum);
        assert.equal(decodeArmor(forged), undefined);
      }),
      { numRuns: 50 },
    );
  });

  it("is not found in other text", () => {
    assert.equal(decodeArmor("no armor"), undefined);
    assert.equal(decodeArmor(argon2Armor.text.slice(0, -10)), undefined);
  });
});

describe("armored keys", () => {
  it("come back for any key and passphrase", async () => {
    await fc.assert(
      fc.asyncProperty(keys, fc.string({ minLength: 8, maxLength: 40 }), async (key, passphrase) => {
        const text = await exportArmor(new KeyWallet(key), passphrase, cheap);
        assert.deepEqual(await importArmor(text, { ...source, passphrase }, cheap), key);
      }),
      { numRuns: 15 },
    );
  });

  it("are written in the form that the binaries take", async () => {
    const text = await exportArmor(wallet, source.passphrase, cheap);
    assert.match(
      text,
      /^-----BEGIN TENDERMINT PRIVATE KEY-----\nkdf: bcrypt\nsalt: [0-9A-F]{32}\ntype: secp256k1\n\n/,
    );
  });

  it("need their passphrase", async () => {
    const text = await exportArmor(wallet, "another one", cheap);
    await assert.rejects(importArmor(text, { ...source, passphrase: "wrong one" }, cheap), (error: Error) => {
      assert.ok(error instanceof ArmorPassphraseWrong);
      assert.match(error.message, /PASS .*key\.asc/);
      assert.doesNotMatch(error.message, /wrong one/);
      return true;
    });
  });

  it("are refused by name when they are something else", async () => {
    const block = decodeArmor(argon2Armor.text);
    assert.ok(block);
    const change = (change: object) => encodeArmor({ ...block, ...change });
    const header = (header: object) => change({ headers: { ...block.headers, ...header } });
    const cases: [string, RegExp][] = [
      ["nonsense", /incomplete or was altered/],
      [change({ type: "TENDERMINT PUBLIC KEY" }), /it is a TENDERMINT PUBLIC KEY/],
      [header({ type: "ed25519" }), /type is ed25519/],
      [header({ salt: "00" }), /salt/],
      [change({ headers: { kdf: "argon2" } }), /salt/],
    ];
    for (const [text, expected] of cases) {
      await assert.rejects(importArmor(text, source), (error: Error) => {
        assert.ok(error instanceof ArmorInvalid);
        assert.match(error.message, expected);
        return true;
      });
    }
    await assert.rejects(importArmor(header({ kdf: "scrypt" }), source), (error: Error) => {
      assert.ok(error instanceof ArmorKdfUnknown);
      assert.match(error.message, /unrecognized KDF type "scrypt"/);
      return true;
    });
    await assert.rejects(
      importArmor(change({ headers: { salt: block.headers["salt"] } }), source),
      ArmorKdfUnknown,
    );
  });

  it("must protect a secp256k1 key", async () => {
    const { xsalsa20poly1305 } = await import("@noble/ciphers/salsa.js");
    const { sha256 } = await import("@noble/hashes/sha2.js");
    const bcrypt = await import("bcryptjs");
    const salt = Buffer.alloc(16, 1);
    const key = sha256(Buffer.from(bcrypt.hashSync("passphrase", `$2a$04$${bcrypt.encodeBase64(salt, 16)}`)));
    const nonce = Buffer.alloc(24);
    const text = encodeArmor({
      type: "TENDERMINT PRIVATE KEY",
      headers: { kdf: "bcrypt", salt: salt.toString("hex") },
      data: Buffer.concat([nonce, xsalsa20poly1305(key, nonce).encrypt(Buffer.from("something else"))]),
    });
    await assert.rejects(
      importArmor(text, { ...source, passphrase: "passphrase" }, cheap),
      /no secp256k1 key/,
    );
  });
});
