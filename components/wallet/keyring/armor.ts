import { randomBytes } from "node:crypto";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { encodeBase64, hash } from "bcryptjs";
import { ArmorInvalid, ArmorKdfUnknown, ArmorPassphraseWrong } from "../errors.ts";
import type { Wallet } from "../types.ts";
import { decodeAminoKey, encodeAminoKey } from "./amino.ts";
import { decodeArmor, encodeArmor } from "./asciiArmor.ts";

const blockType = "TENDERMINT PRIVATE KEY";
const saltLength = 16;
const nonceLength = 24;
/** The armor does not state it: every Cosmos binary takes this one for granted. */
const bcryptCost = 12;
/** Cosmos SDK 0.50 and later: 1 pass over 64 MiB with 4 lanes, an all-zero nonce. */
const argon2 = { t: 1, m: 64 * 1024, p: 4, dkLen: 32 } as const;

/**
 * @param cost of bcrypt as a power of two; only tests take another than 12, which no Cosmos binary then reads
 * @returns an armored private key that `keys import` of Cosmos SDK 0.45 and 0.53 both read
 */
export async function exportArmor(wallet: Wallet, passphrase: string, cost = bcryptCost): Promise<string> {
  const salt = randomBytes(saltLength);
  const nonce = randomBytes(nonceLength);
  const key = await bcryptKey(passphrase, salt, cost);
  const box = xsalsa20poly1305(key, nonce).encrypt(encodeAminoKey(wallet.privateKey()));
  return encodeArmor({
    type: blockType,
    headers: { kdf: "bcrypt", salt: salt.toString("hex").toUpperCase(), type: "secp256k1" },
    data: Buffer.concat([nonce, box]),
  });
}

export interface ArmorSource {
  /** Where the armor comes from, for the error. */
  readonly origin: string;
  readonly passphrase: string;
  /** Variable that the passphrase comes from, for the error. */
  readonly variable: string;
}

/**
 * @returns the 32-byte private key
 * @throws ArmorInvalid, ArmorKdfUnknown, ArmorPassphraseWrong
 */
export async function importArmor(text: string, source: ArmorSource, cost = bcryptCost): Promise<Uint8Array> {
  const { origin, passphrase, variable } = source;
  const block = decodeArmor(text);
  if (!block) throw new ArmorInvalid(origin, "its text is incomplete or was altered");
  const { kdf = "", type = "secp256k1" } = block.headers;
  const salt = Buffer.from(block.headers["salt"] ?? "", "hex");
  if (block.type !== blockType) throw new ArmorInvalid(origin, `it is a ${block.type}`);
  if (type !== "secp256k1") throw new ArmorInvalid(origin, `the key's type is ${type}`);
  if (salt.length !== saltLength) throw new ArmorInvalid(origin, "its salt is not 16 bytes");

  if (kdf !== "bcrypt" && kdf !== "argon2") throw new ArmorKdfUnknown(origin, kdf);
  let plain: Uint8Array;
  try {
    plain =
      kdf === "bcrypt"
        ? openBcrypt(block.data, await bcryptKey(passphrase, salt, cost))
        : await openArgon2(block.data, passphrase, salt);
  } catch {
    throw new ArmorPassphraseWrong(origin, variable);
  }
  const key = decodeAminoKey(plain);
  if (!key) throw new ArmorInvalid(origin, "what it protects is no secp256k1 key");
  return key;
}

/** @throws Error when the passphrase is another one */
function openBcrypt(data: Uint8Array, key: Uint8Array): Uint8Array {
  return xsalsa20poly1305(key, data.subarray(0, nonceLength)).decrypt(data.subarray(nonceLength));
}

/** @throws Error when the passphrase is another one */
async function openArgon2(data: Uint8Array, passphrase: string, salt: Buffer): Promise<Uint8Array> {
  const { argon2idAsync } = await import("@noble/hashes/argon2.js");
  const key = await argon2idAsync(passphrase, salt, argon2);
  return chacha20poly1305(key, new Uint8Array(12)).decrypt(data);
}

/** SHA-256 of the bcrypt hash in its text form. */
async function bcryptKey(passphrase: string, salt: Buffer, cost: number): Promise<Uint8Array> {
  const setting = `$2a$${String(cost).padStart(2, "0")}$${encodeBase64(salt, saltLength)}`;
  return sha256(Buffer.from(await hash(passphrase, setting)));
}
