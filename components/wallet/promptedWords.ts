type Environment = Readonly<Record<string, string | undefined>>;

/**
 * With `wallet: {prompt: true}`, a command asks once and hands the words to the engine in this variable. A variable
 * is not in the list of processes, and it ends with them.
 */
export const promptedWordsVariable = "PULUMI_AKASH_WALLET_WORDS";

let typed: string | undefined;

/** Keeps what was typed for this process. Its own variables stay as they are: services that it starts inherit them. */
export function keepPromptedWords(words: string): void {
  typed = words;
}

/** The words that were asked for before; undefined when nobody was asked yet. */
export function promptedWords(env: Environment = process.env): string | undefined {
  return env[promptedWordsVariable] || typed || undefined;
}
