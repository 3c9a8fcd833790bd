import { generateMnemonic, mnemonicToSeedWebcrypto, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { closest } from "fastest-levenshtein";
import { MnemonicInvalid } from "./errors.ts";
import { derivePrivateKey, harden } from "./secp256k1.ts";

const wordCounts = [12, 15, 18, 21, 24];
/** BIP-44 path of the first account of a Cosmos chain, m/44'/118'/0'/0/0; Akash shares coin type 118. */
const path = [harden(44), harden(118), harden(0), 0, 0];

/** @returns 24 new words in lower case, separated by one space */
export function generateWords(): string {
  return generateMnemonic(wordlist, 256);
}

/**
 * Brings words to their canonical form: lower case, one space between.
 *
 * @param origin where they come from, for the error
 * @throws MnemonicInvalid naming the place of an unknown word and the nearest one of the list, nothing else
 */
export function parseWords(text: string, origin: string): string {
  const words = text.normalize("NFKD").toLowerCase().split(/\s+/).filter(Boolean);
  if (!wordCounts.includes(words.length)) {
    throw new MnemonicInvalid(origin, `12, 15, 18, 21 or 24 words are needed, not ${words.length}`);
  }
  words.forEach((word, index) => {
    if (wordlist.includes(word)) return;
    const nearest = closest(word, wordlist);
    throw new MnemonicInvalid(
      origin,
      `word ${index + 1} is not in the BIP-39 list; the nearest is "${nearest}"`,
    );
  });
  const phrase = words.join(" ");
  if (!validateMnemonic(phrase, wordlist)) {
    throw new MnemonicInvalid(
      origin,
      "each word is known, but the checksum is wrong: one differs or the order does",
    );
  }
  return phrase;
}

/**
 * @param phrase what `parseWords` gave
 * @returns the 32-byte private key of the first account
 */
export async function deriveKey(phrase: string): Promise<Uint8Array> {
  const privateKey = derivePrivateKey(await mnemonicToSeedWebcrypto(phrase), path);
  if (!privateKey) throw new MnemonicInvalid("the wallet", "no private key can be derived from them");
  return privateKey;
}
