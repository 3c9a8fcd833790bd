import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { bech32 } from "@scure/base";
import { publicKeyOf } from "./secp256k1.ts";
import type { Wallet } from "./types.ts";

const prefix = "akash";

/** A wallet that holds its key in memory. Printed, logged or serialized, it shows its address only. */
export class KeyWallet implements Wallet {
  readonly address: string;
  readonly publicKey: Uint8Array;
  readonly #key: Uint8Array;

  /** @param key 32 bytes, a valid secp256k1 scalar */
  constructor(key: Uint8Array) {
    this.#key = Uint8Array.from(key);
    this.publicKey = publicKeyOf(this.#key);
    this.address = encodeAddress(addressBytes(this.publicKey));
  }

  async sign(digest: Uint8Array): Promise<Uint8Array> {
    const { secp256k1 } = await import("@noble/curves/secp256k1.js");
    return secp256k1.sign(digest, this.#key, { prehash: false, lowS: true });
  }

  privateKey(): Uint8Array {
    return Uint8Array.from(this.#key);
  }

  toJSON(): { readonly address: string } {
    return { address: this.address };
  }

  [inspect.custom](): string {
    return `Wallet ${this.address}`;
  }
}

/** @returns the 20 bytes that an address stands for */
export function addressBytes(publicKey: Uint8Array): Uint8Array {
  return ripemd160(createHash("sha256").update(publicKey).digest());
}

/** @returns bech32, `akash1…` */
function encodeAddress(bytes: Uint8Array): string {
  return bech32.encode(prefix, bech32.toWords(bytes));
}
