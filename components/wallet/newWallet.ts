import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { absolutePath } from "../cluster/paths.ts";
import { BackupNotConfirmed, WalletFileExists } from "./errors.ts";
import { KeyWallet } from "./keyWallet.ts";
import { deriveKey, generateWords } from "./mnemonic.ts";
import { writePrivateFile } from "./privateFile.ts";
import type { WalletPrompts } from "./prompts.ts";
import type { Wallet, WalletSource } from "./types.ts";

export interface NewWallet {
  readonly wallet: Wallet;
  /** How to declare it. */
  readonly source: WalletSource;
}

export interface NewWalletOptions {
  /** Where to keep the words; must not exist yet. */
  readonly file: string;
  readonly prompts: WalletPrompts;
}

const wordsAsked = 3;

/**
 * Makes a wallet. Its 24 words are shown once and kept in a file of mode 0600, but only after the person has
 * written them down and given three of them back.
 *
 * @throws BackupNotConfirmed, WalletFileExists
 */
export async function newWallet({ file, prompts }: NewWalletOptions): Promise<NewWallet> {
  const path = absolutePath(file);
  // Before somebody has written down two dozen words for nothing.
  if (existsSync(path)) throw new WalletFileExists(path);
  const phrase = generateWords();
  await confirmBackup(phrase.split(" "), prompts);
  await writePrivateFile(path, `${phrase}\n`);
  return { wallet: new KeyWallet(await deriveKey(phrase)), source: { mnemonicFile: file } };
}

/** Shows the words and asks for three of them, other ones each time, until they are right or it is given up. */
async function confirmBackup(words: readonly string[], prompts: WalletPrompts): Promise<void> {
  do {
    await showWords(words, prompts);
    if (await answersRight(words, prompts)) return;
  } while (await prompts.confirm("That is not the word. See the words again?"));
  throw new BackupNotConfirmed();
}

async function showWords(words: readonly string[], prompts: WalletPrompts): Promise<void> {
  const lines = words.map((word, index) => `${String(index + 1).padStart(4)}. ${word}`);
  prompts.show(
    [
      "Write these words on paper, in order. Whoever has them has the wallet; without them it is lost.",
      "",
      ...lines,
    ].join("\n"),
  );
  try {
    while (!(await prompts.confirm("Have you written down all of them?")));
  } finally {
    prompts.hide();
  }
}

async function answersRight(words: readonly string[], prompts: WalletPrompts): Promise<boolean> {
  for (const index of pickIndexes(words.length, wordsAsked)) {
    const answer = await prompts.text(`Word ${index + 1}?`);
    if (answer.trim().toLowerCase() !== words[index]) return false;
  }
  return true;
}

/** @returns different indexes below `length`, ascending, by chance */
function pickIndexes(length: number, count: number): number[] {
  const picked = new Set<number>();
  while (picked.size < count) picked.add(randomInt(length));
  return [...picked].sort((a, b) => a - b);
}
