/** Amino's name for a secp256k1 private key (`tendermint/PrivKeySecp256k1`) and the length that follows it. */
const privateKeyPrefix = Uint8Array.of(0xe1, 0xb0, 0xf7, 0x9b, 32);
const keyLength = 32;

/** @param key 32 bytes */
export function encodeAminoKey(key: Uint8Array): Uint8Array {
  return Uint8Array.from([...privateKeyPrefix, ...key]);
}

/** @returns 32 bytes; undefined when the data is anything else */
export function decodeAminoKey(data: Uint8Array): Uint8Array | undefined {
  if (data.length !== privateKeyPrefix.length + keyLength || !startsWith(data, privateKeyPrefix))
    return undefined;
  return Uint8Array.from(data.subarray(privateKeyPrefix.length));
}

export function startsWith(data: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => data[index] === byte);
}
