import { createECDH, createHmac } from "node:crypto";

/**
 * What a run needs of every wallet, by Node's own OpenSSL. The library that signs takes 0.2 s to load and to
 * compute its first public keys, of which a derivation needs seven.
 */

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const hardened = 0x80000000;

/** @returns whether the 32 bytes are a scalar of the curve: from 1 to the order less one */
export function isPrivateKey(key: Uint8Array): boolean {
  if (key.length !== 32) return false;
  const scalar = toNumber(key);
  return scalar > 0n && scalar < order;
}

/**
 * @param privateKey 32 bytes
 * @returns 33 bytes, compressed
 * @throws RangeError when it is no scalar of the curve
 */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  // OpenSSL's own error would be of a kind that is printed with its stack.
  if (!isPrivateKey(privateKey)) throw new RangeError("not a secp256k1 private key");
  const curve = createECDH("secp256k1");
  curve.setPrivateKey(privateKey);
  return Uint8Array.from(curve.getPublicKey(null, "compressed"));
}

/**
 * BIP-32: the private key at a path below a seed.
 *
 * @param path child numbers; those that are hardened with `harden`
 * @returns 32 bytes; undefined for the seeds, one of 2^127, that have no key there
 */
export function derivePrivateKey(seed: Uint8Array, path: readonly number[]): Uint8Array | undefined {
  let [key, chainCode] = split(createHmac("sha512", "Bitcoin seed").update(seed).digest());
  for (const child of path) {
    if (!isPrivateKey(key)) return undefined;
    const parent = child >= hardened ? Buffer.concat([Buffer.of(0), key]) : publicKeyOf(key);
    const number = Buffer.alloc(4);
    number.writeUInt32BE(child);
    const [tweak, next] = split(createHmac("sha512", chainCode).update(parent).update(number).digest());
    if (toNumber(tweak) >= order) return undefined;
    key = toBytes((toNumber(tweak) + toNumber(key)) % order);
    chainCode = next;
  }
  return isPrivateKey(key) ? key : undefined;
}

/** The number of a hardened child, written `44'` in a path. */
export function harden(child: number): number {
  return child + hardened;
}

function split(digest: Buffer): [Uint8Array, Uint8Array] {
  return [Uint8Array.from(digest.subarray(0, 32)), Uint8Array.from(digest.subarray(32))];
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function toBytes(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, "0"), "hex"));
}
