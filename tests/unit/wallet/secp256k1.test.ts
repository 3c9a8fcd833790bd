import assert from "node:assert/strict";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { HDKey } from "@scure/bip32";
import fc from "fast-check";
import { describe, it } from "mocha";
import { derivePrivateKey, harden, isPrivateKey, publicKeyOf } from "../../../components/wallet/secp256k1.ts";
import { keys } from "./wallets.ts";

const order = secp256k1.Point.CURVE().n;
const bytesOf = (value: bigint) => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, "0"), "hex"));

describe("secp256k1 by OpenSSL", () => {
  it("takes the scalars of the curve for keys, and nothing else", () => {
    for (const key of [1n, 2n, order - 1n]) assert.equal(isPrivateKey(bytesOf(key)), true, String(key));
    for (const key of [0n, order, order + 1n, 2n ** 256n - 1n]) {
      assert.equal(isPrivateKey(bytesOf(key)), false, String(key));
    }
    for (const length of [0, 31, 33]) assert.equal(isPrivateKey(new Uint8Array(length).fill(1)), false);
  });

  it("has the public keys of another implementation", () => {
    fc.assert(
      fc.property(keys, (key) => {
        assert.deepEqual(publicKeyOf(key), secp256k1.getPublicKey(key, true));
      }),
      { numRuns: 20 },
    );
  });

  it("has none for what is no key", () => {
    assert.throws(() => publicKeyOf(new Uint8Array(32)), RangeError);
    assert.throws(() => publicKeyOf(bytesOf(order)), /not a secp256k1 private key/);
  });

  it("derives the keys of another implementation", () => {
    const child = fc.tuple(fc.boolean(), fc.nat(0x7fff_ffff));
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 64 }),
        fc.array(child, { maxLength: 5 }),
        (seed, children) => {
          const path = children.map(([hard, number]) => (hard ? harden(number) : number));
          const expected = path.reduce(
            (node, number) => node.deriveChild(number),
            HDKey.fromMasterSeed(seed),
          );
          assert.deepEqual(derivePrivateKey(seed, path), expected.privateKey);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("derives the vector of BIP-32", () => {
    const seed = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");
    const key = derivePrivateKey(seed, [harden(0), 1, harden(2), 2, 1_000_000_000]);
    assert.equal(
      Buffer.from(key ?? []).toString("hex"),
      "471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8",
    );
  });
});
