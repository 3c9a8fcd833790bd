import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { WalletFileExposed, WalletFileMissing, WalletVariableMissing } from "./errors.ts";
import { KeyWallet } from "./keyWallet.ts";
import { deriveKey, parseWords } from "./mnemonic.ts";
import type { Wallet, WalletSource } from "./types.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the key from where the declaration says. Nothing is cached: a changed file is seen at the next call.
 *
 * @param env where the variables are looked up; the process's own by default
 * @throws WalletError
 */
export async function openWallet(source: WalletSource, env: Environment = process.env): Promise<Wallet> {
  if ("mnemonicEnv" in source) {
    const words = variable(env, source.mnemonicEnv, "the wallet's 12 to 24 words");
    return fromWords(words, `the variable ${source.mnemonicEnv}`);
  }
  if ("mnemonicFile" in source) {
    const path = absolute(source.mnemonicFile);
    return fromWords(await readPrivateFile(path), path);
  }
  throw new Error("not yet");
}

async function fromWords(words: string, origin: string): Promise<Wallet> {
  return new KeyWallet(await deriveKey(parseWords(words, origin)));
}

function variable(env: Environment, name: string, holds: string): string {
  const value = env[name];
  if (!value) throw new WalletVariableMissing(name, holds);
  return value;
}

function absolute(path: string): string {
  return resolve(path.replace(/^~(?=\/|$)/, homedir()));
}

/** The content of a file that only its owner may read. */
async function readPrivateFile(path: string): Promise<string> {
  const missing = () => {
    throw new WalletFileMissing(path);
  };
  const { mode } = await stat(path).catch(missing);
  if (mode & 0o077) throw new WalletFileExposed(path, mode);
  return readFile(path, "utf8").catch(missing);
}
