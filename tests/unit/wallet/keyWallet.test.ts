import assert from "node:assert/strict";
import { inspect } from "node:util";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha256 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, it } from "mocha";
import { KeyWallet } from "../../../components/wallet/keyWallet.ts";
import { address, keyHex, keys, wallet } from "./wallets.ts";

describe("KeyWallet", () => {
  it("has the address that cosmjs derives", () => {
    assert.equal(wallet.address, address);
    assert.equal(wallet.publicKey.length, 33);
  });

  it("signs digests with low S, the same way each time", async () => {
    await fc.assert(
      fc.asyncProperty(keys, fc.uint8Array(), async (key, message) => {
        const wallet = new KeyWallet(key);
        const digest = sha256(message);
        const signature = await wallet.sign(digest);
        assert.equal(signature.length, 64);
        assert.deepEqual(signature, await wallet.sign(digest));
        assert.ok(secp256k1.verify(signature, digest, wallet.publicKey, { prehash: false, lowS: true }));
      }),
      { numRuns: 10 },
    );
  });

  it("shows its address only, however it is printed", () => {
    const shown = [
      String(wallet),
      JSON.stringify({ wallet }),
      inspect(wallet, { showHidden: true, depth: 9 }),
      inspect({ deep: { wallet } }, { customInspect: false, showHidden: true, depth: 9 }),
      JSON.stringify(Object.entries(wallet)),
      JSON.stringify(structuredClone({ ...wallet })),
    ].join("\n");
    assert.doesNotMatch(shown, new RegExp(keyHex, "i"));
    assert.ok(!shown.includes(Buffer.from(keyHex, "hex").toString("base64")));
    assert.ok(!shown.replace(/\s/g, "").includes([...Buffer.from(keyHex, "hex")].slice(0, 6).join(",")));
    assert.equal(JSON.stringify(wallet), JSON.stringify({ address }));
    assert.equal(inspect(wallet), `Wallet ${address}`);
  });

  it("hands out copies of its key", () => {
    wallet.privateKey().fill(0);
    assert.equal(Buffer.from(wallet.privateKey()).toString("hex"), keyHex);
  });
});
