import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { compare } from "bcryptjs";
import {
  KeyNotFound,
  KeyringItemUnreadable,
  KeyringPassphraseUndeclared,
  KeyringPassphraseWrong,
  WalletFileExposed,
} from "../errors.ts";
import { addressBytes } from "../keyWallet.ts";
import { readPrivateFile } from "../privateFile.ts";
import type { Wallet } from "../types.ts";
import { type KeyringItem, openItem, sealItem } from "./item.ts";
import { decodeRecord, encodeRecord, type StoredKey } from "./record.ts";

/** Password of every keyring of backend `test`: whoever reads its files has the keys. */
export const testPassword = "test";

/** The two items that a keyring holds for a key: itself, and its name by address. */
export function keyringItems(
  keyName: string,
  wallet: Wallet,
): readonly [info: KeyringItem, address: KeyringItem] {
  const info = `${keyName}.info`;
  return [
    { key: info, data: encodeRecord(keyName, wallet) },
    {
      key: `${Buffer.from(addressBytes(wallet.publicKey)).toString("hex")}.address`,
      data: Buffer.from(info),
    },
  ];
}

/**
 * @param keyName letters, digits, `.`, `_` and `-`
 * @returns content by file name, as Cosmos SDK 0.46 and later (provider 0.10 and later) read backend `test`
 */
export async function keyringFiles(keyName: string, wallet: Wallet): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const item of keyringItems(keyName, wallet)) {
    files[item.key] = Buffer.from(await sealItem(item, testPassword));
  }
  return files;
}

/** Writes `<home>/keyring-test` with one key; directory 0700, files 0600. */
export async function writeKeyringTest(home: string, keyName: string, wallet: Wallet): Promise<void> {
  const directory = join(home, "keyring-test");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const [name, content] of Object.entries(await keyringFiles(keyName, wallet))) {
    await writeFile(join(directory, name), content, { mode: 0o600 });
  }
}

export interface KeyringLocation {
  /** The home folder (`~/.akash`) or the folder `keyring-<backend>` in it. */
  readonly directory: string;
  readonly backend: "test" | "file";
  readonly keyName: string;
  /** Backend `file`: the passphrase, and the variable it came from for the error. */
  readonly passphrase?: { readonly value: string; readonly variable: string };
}

/** @throws KeyNotFound, WalletFileExposed, KeyringPassphraseUndeclared, KeyringPassphraseWrong, KeyringItemUnreadable, KeyUnusable */
export async function readKeyring(location: KeyringLocation): Promise<StoredKey> {
  const { backend, keyName, passphrase } = location;
  const folder = `keyring-${backend}`;
  const directory =
    basename(location.directory) === folder ? location.directory : join(location.directory, folder);
  const path = join(directory, `${escapeFileName(keyName)}.info`);
  // Sealed with a word that everybody knows, so as good as in plain text; backend `file` has a passphrase.
  const read = backend === "test" ? readPrivateFile(path) : readFile(path, "utf8");
  const sealed = await read.catch(async (error: unknown) => {
    if (error instanceof WalletFileExposed) throw error;
    throw new KeyNotFound(directory, keyName, await keyNames(directory));
  });
  if (backend === "test") return openKey(path, sealed, testPassword, location);
  if (!passphrase) throw new KeyringPassphraseUndeclared(directory);
  const hash = await readFile(join(directory, "keyhash"), "utf8").catch(() => undefined);
  if (hash && !(await compare(passphrase.value, hash.trim()))) {
    throw new KeyringPassphraseWrong(directory, passphrase.variable);
  }
  return openKey(path, sealed, passphrase.value, location);
}

async function openKey(
  path: string,
  sealed: string,
  password: string,
  { backend, keyName }: KeyringLocation,
): Promise<StoredKey> {
  const item = await openItem(sealed, password);
  if (!item) throw new KeyringItemUnreadable(path, backend);
  return decodeRecord(item.data, keyName);
}

async function keyNames(directory: string): Promise<string[]> {
  const files = await readdir(directory).catch(() => []);
  return files.filter((file) => file.endsWith(".info")).map((file) => file.slice(0, -".info".length));
}

/** As the Go library does: a slash can't be in a file name. */
function escapeFileName(name: string): string {
  return name.replace(/[%/]/g, encodeURIComponent);
}
