import { readFile } from "node:fs/promises";
import { absolutePath } from "../cluster/paths.ts";
import { KeyringPassphraseUndeclared, WalletFileMissing, WalletVariableMissing } from "./errors.ts";
import { KeyWallet } from "./keyWallet.ts";
import { deriveKey, parseWords } from "./mnemonic.ts";
import { readPrivateFile } from "./privateFile.ts";
import { promptedWords } from "./promptedWords.ts";
import type { Wallet, WalletSource } from "./types.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the key from where the declaration says. Nothing is cached: a changed file is seen at the next call.
 *
 * @param env where the variables are looked up; the process's own by default
 * @param ask asks for the words when `source` is `{prompt: true}` and they were not asked for before
 * @throws WalletError
 */
export async function openWallet(
  source: WalletSource,
  env: Environment = process.env,
  ask: () => Promise<string> = askOnTerminal,
): Promise<Wallet> {
  if ("mnemonicEnv" in source) {
    const words = variable(env, source.mnemonicEnv, "the wallet's 12 to 24 words");
    return fromWords(words, `the variable ${source.mnemonicEnv}`);
  }
  if ("mnemonicFile" in source) {
    const path = absolutePath(source.mnemonicFile);
    return fromWords(await readPrivateFile(path), path);
  }
  if ("armorFile" in source) return fromArmor(source, env);
  if ("keyringDir" in source) return fromKeyring(source, env);
  return fromWords(promptedWords(env) ?? (await ask()), "what was typed");
}

async function fromWords(words: string, origin: string): Promise<Wallet> {
  return new KeyWallet(await deriveKey(parseWords(words, origin)));
}

async function fromArmor(
  source: Extract<WalletSource, { armorFile: string }>,
  env: Environment,
): Promise<Wallet> {
  const { importArmor } = await import("./keyring/armor.ts");
  const origin = absolutePath(source.armorFile);
  const passphrase = variable(env, source.passphraseEnv, "the passphrase of the armored key");
  const text = await readFile(origin, "utf8").catch(() => {
    throw new WalletFileMissing(origin);
  });
  return new KeyWallet(await importArmor(text, { origin, passphrase, variable: source.passphraseEnv }));
}

async function fromKeyring(
  source: Extract<WalletSource, { keyringDir: string }>,
  env: Environment,
): Promise<Wallet> {
  const { readKeyring } = await import("./keyring/directory.ts");
  const { backend, keyName, passphraseEnv } = source;
  const directory = absolutePath(source.keyringDir);
  if (backend === "test")
    return new KeyWallet((await readKeyring({ directory, backend, keyName })).privateKey);
  if (passphraseEnv === undefined) throw new KeyringPassphraseUndeclared(directory);
  const value = variable(env, passphraseEnv, "the keyring's passphrase");
  const passphrase = { value, variable: passphraseEnv };
  return new KeyWallet((await readKeyring({ directory, backend, keyName, passphrase })).privateKey);
}

function variable(env: Environment, name: string, holds: string): string {
  const value = env[name];
  if (!value) throw new WalletVariableMissing(name, holds);
  return value;
}

async function askOnTerminal(): Promise<string> {
  const { askWords, terminalPrompts } = await import("./prompts.ts");
  return askWords(await terminalPrompts());
}
