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

/** What `keys export` of the 0.38 chain binary wrote for the same wallet. */
export const bcryptArmor = {
  passphrase: "correct horse",
  text: `-----BEGIN TENDERMINT PRIVATE KEY-----
kdf: bcrypt
salt: A11ABC282F4C527312F261C87400FAC5
type: secp256k1

CKeFs7oZ+I0p6AMZWNsktvhLlaziTfvkiwHzZnuTEFb/qFBpDPZcYU7lt69XK/UN
PSNwG81FD9NxWR0DaJfclCBtiqinV6APSC98Rfc=
=ynQU
-----END TENDERMINT PRIVATE KEY-----`,
} as const;
