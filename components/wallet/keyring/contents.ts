import { createHash } from "node:crypto";
import { KeyWallet } from "../keyWallet.ts";
import type { Wallet } from "../types.ts";
import { keyringItems, testPassword } from "./directory.ts";
import { type KeyringItem, openItem } from "./item.ts";
import { decodeRecord } from "./record.ts";

/** What may be known of a keyring: enough to see that it was altered, nothing that helps to guess the key. */
export interface KeyringContents {
  /** Address of the key under the given name, or what is wrong with it. */
  readonly address: string;
  /**
   * SHA-256, hex, over the file names with public key, name and format of each key. The files themselves differ
   * each time they are written: their salts are random.
   */
  readonly checksum: string;
}

/** The contents of the keyring that `keyringFiles` writes. */
export function expectedContents(keyName: string, wallet: Wallet): KeyringContents {
  const views = keyringItems(keyName, wallet).map((item) => publicView(item.key, item));
  return summarize(keyName, views);
}

/** The contents of the files of a keyring of backend `test`. */
export async function readContents(
  keyName: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<KeyringContents> {
  const views = Object.entries(files).map(async ([file, content]) =>
    publicView(file, await openItem(Buffer.from(content).toString(), testPassword)),
  );
  return summarize(keyName, await Promise.all(views));
}

/** What one file says, without what is secret in it. */
interface PublicView {
  readonly file: string;
  readonly content: string;
  readonly address?: string;
}

function publicView(file: string, item: KeyringItem | undefined): PublicView {
  if (!item || item.key !== file) return { file, content: "unreadable" };
  if (!file.endsWith(".info")) return { file, content: Buffer.from(item.data).toString() };
  try {
    const { name, format, privateKey } = decodeRecord(item.data, file);
    const { address, publicKey } = new KeyWallet(privateKey);
    return { file, content: `${format} ${Buffer.from(publicKey).toString("hex")} ${name}`, address };
  } catch {
    return { file, content: "no private key" };
  }
}

function summarize(keyName: string, views: readonly PublicView[]): KeyringContents {
  const info = views.find(({ file }) => file === `${keyName}.info`);
  const lines = views.map(({ file, content }) => `${file}: ${content}\n`).sort();
  return {
    address: info?.address ?? (info ? info.content : "missing"),
    checksum: createHash("sha256").update(lines.join("")).digest("hex"),
  };
}
