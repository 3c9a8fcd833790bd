/** What `keys export` of Cosmos SDK 0.53.4 wrote for the wallet of `wallets.ts`. */
export const argon2Armor = {
  passphrase: "correct horse",
  text: `-----BEGIN TENDERMINT PRIVATE KEY-----
kdf: argon2
salt: 107FF8F909B8D5220BD733C85CDF91DD
type: secp256k1

IVt47H7IokdCFRHzDIS0U3Ply5QAhlxZGOk8vRlnbci+dUTNUkGh+lIxmbJZz4hH
S/eVRBc=
=/YNq
-----END TENDERMINT PRIVATE KEY-----`,
} as const;
