/**
 * Where the wallet's key comes from. The words or the key are read when they are needed and are never part
 * of this declaration; it may be stored and shown.
 */
export type WalletSource =
  /** Name of an environment variable that holds the 12 to 24 words. */
  | { readonly mnemonicEnv: string }
  /** Path of a file (mode 0600 or stricter) that holds the words. */
  | { readonly mnemonicFile: string }
  /** Ask for the words on the terminal, hidden. */
  | { readonly prompt: true }
  /** Path of a `TENDERMINT PRIVATE KEY` armor and the environment variable with its passphrase. */
  | { readonly armorFile: string; readonly passphraseEnv: string }
  /** An existing keyring directory of the Cosmos SDK. */
  | {
      readonly keyringDir: string;
      readonly backend: "test" | "file";
      readonly keyName: string;
      /** Environment variable with the passphrase; needed for backend `file`. */
      readonly passphraseEnv?: string;
    };

/** An opened wallet. It never prints or serializes its key: `toJSON` gives the address alone. */
export interface Wallet {
  /** Bech32, `akash1…`. */
  readonly address: string;
  /** 33 bytes, compressed secp256k1. */
  readonly publicKey: Uint8Array;
  /** 64 bytes r‖s, low S, RFC 6979, over a 32-byte digest. */
  sign(digest: Uint8Array): Promise<Uint8Array>;
  /** 32 bytes; only for writing a keyring. */
  privateKey(): Uint8Array;
  toJSON(): { readonly address: string };
}
