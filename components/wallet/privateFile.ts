import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { WalletFileExists, WalletFileExposed, WalletFileMissing } from "./errors.ts";

/**
 * The content of a file that only its owner may read.
 *
 * @throws WalletFileMissing, WalletFileExposed
 */
export async function readPrivateFile(path: string): Promise<string> {
  const missing = () => {
    throw new WalletFileMissing(path);
  };
  const { mode } = await stat(path).catch(missing);
  if (mode & 0o077) throw new WalletFileExposed(path, mode);
  return readFile(path, "utf8").catch(missing);
}

/**
 * Writes a new file of mode 0600; never over an existing one.
 *
 * @throws WalletFileExists
 */
export async function writePrivateFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, content, { flag: "wx", mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EEXIST" ? new WalletFileExists(path) : error;
  });
}
