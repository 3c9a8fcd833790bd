import { BinaryReader } from "cosmjs-types/binary";
import { Record as KeyringRecord, Record_Local } from "cosmjs-types/cosmos/crypto/keyring/v1/record";
import { PrivKey, PubKey } from "cosmjs-types/cosmos/crypto/secp256k1/keys";
import { KeyUnusable } from "../errors.ts";
import { isPrivateKey } from "../secp256k1.ts";
import type { Wallet } from "../types.ts";
import { decodeAminoKey, startsWith } from "./amino.ts";

const noPrivateKey = "the keyring holds no private key of it (Ledger, multisig or watch-only)";
const noSecp256k1 = "it is no secp256k1 key";

/** A key as a keyring holds it. */
export interface StoredKey {
  readonly name: string;
  /** 32 bytes, secp256k1. */
  readonly privateKey: Uint8Array;
  /** `proto` since Cosmos SDK 0.46 (provider 0.10), `amino` before. */
  readonly format: "proto" | "amino";
}

/** @returns `cosmos.crypto.keyring.v1.Record`, which Cosmos SDK 0.46 and later read */
export function encodeRecord(name: string, wallet: Wallet): Uint8Array {
  const pubKey = {
    typeUrl: PubKey.typeUrl,
    value: PubKey.encode({ key: wallet.publicKey }).finish(),
  };
  const privKey = {
    typeUrl: PrivKey.typeUrl,
    value: PrivKey.encode({ key: wallet.privateKey() }).finish(),
  };
  return KeyringRecord.encode({ name, pubKey, local: Record_Local.fromPartial({ privKey }) }).finish();
}

/**
 * Reads either generation.
 *
 * @param name for the error
 * @throws KeyUnusable when it holds no secp256k1 private key
 */
export function decodeRecord(data: Uint8Array, name: string): StoredKey {
  const stored = decode(data, name);
  if (!isPrivateKey(stored.privateKey)) throw new KeyUnusable(name, noSecp256k1);
  return stored;
}

function decode(data: Uint8Array, name: string): StoredKey {
  try {
    return decodeAmino(data, name) ?? decodeProto(data, name);
  } catch (error) {
    // The library's own errors tell offsets, which help nobody.
    throw error instanceof KeyUnusable ? error : new KeyUnusable(name, "its record is damaged");
  }
}

function decodeProto(data: Uint8Array, name: string): StoredKey {
  const record = KeyringRecord.decode(data);
  const key = record.local?.privKey;
  if (!key) throw new KeyUnusable(name, noPrivateKey);
  if (key.typeUrl !== PrivKey.typeUrl) throw new KeyUnusable(name, `its type is ${key.typeUrl}`);
  return { name: record.name, privateKey: PrivKey.decode(key.value).key, format: "proto" };
}

/** First bytes of amino's `crypto/keys/localInfo`; of the same family for the other kinds of keys. */
const aminoLocalInfo = Uint8Array.of(0x0d, 0xad, 0x15, 0x3d);

/** @returns undefined when it is not of the amino generation: a length, then exactly so many bytes */
function decodeAmino(data: Uint8Array, name: string): StoredKey | undefined {
  const reader = new BinaryReader(data);
  if (reader.uint32() !== reader.len - reader.pos) return undefined;
  if (!startsWith(data.subarray(reader.pos), aminoLocalInfo)) {
    throw new KeyUnusable(name, noPrivateKey);
  }
  reader.pos += aminoLocalInfo.length;
  let storedName = "";
  let privateKey: Uint8Array | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) storedName = reader.string();
    else if (tag >>> 3 === 3) privateKey = decodeAminoKey(reader.bytes());
    else reader.skipType(tag & 7);
  }
  if (!privateKey) throw new KeyUnusable(name, noSecp256k1);
  return { name: storedName, privateKey, format: "amino" };
}
