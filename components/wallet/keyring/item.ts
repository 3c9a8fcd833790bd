import { CompactEncrypt, compactDecrypt } from "jose";

/** One file of a keyring directory, decrypted. */
export interface KeyringItem {
  /** Its file name, for example `provider.info`. */
  readonly key: string;
  readonly data: Uint8Array;
}

/** As the Go library writes it (github.com/99designs/keyring, `Item`). */
interface StoredItem {
  readonly Key: string;
  /** Base64. */
  readonly Data: string;
  readonly Label: string;
  readonly Description: string;
  readonly KeychainNotTrustApplication: boolean;
  readonly KeychainNotSynchronizable: boolean;
}

/** What that library uses. */
const algorithm = "PBES2-HS256+A128KW";
const iterations = 8192;

/** @returns a compact JWE, different each time: salt and nonce are random */
export async function sealItem(item: KeyringItem, password: string): Promise<string> {
  const stored: StoredItem = {
    Key: item.key,
    Data: Buffer.from(item.data).toString("base64"),
    Label: "",
    Description: "",
    KeychainNotTrustApplication: false,
    KeychainNotSynchronizable: false,
  };
  return new CompactEncrypt(Buffer.from(JSON.stringify(stored)))
    .setProtectedHeader({ alg: algorithm, enc: "A256GCM", created: new Date().toISOString() })
    .setKeyManagementParameters({ p2c: iterations })
    .encrypt(Buffer.from(password));
}

/** @returns undefined when the password is another one or the text is no keyring item */
export async function openItem(jwe: string, password: string): Promise<KeyringItem | undefined> {
  try {
    const { plaintext } = await compactDecrypt(jwe.trim(), Buffer.from(password), {
      keyManagementAlgorithms: [algorithm],
    });
    const stored: StoredItem = JSON.parse(Buffer.from(plaintext).toString());
    return { key: stored.Key, data: Uint8Array.from(Buffer.from(stored.Data, "base64")) };
  } catch {
    return undefined;
  }
}
