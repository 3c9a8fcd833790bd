import {
  keepPromptedWords,
  promptedWords,
  promptedWordsVariable,
} from "../components/wallet/promptedWords.ts";
import { askWords, terminalPrompts, type WalletPrompts } from "../components/wallet/prompts.ts";
import { interruptible } from "./confirm.ts";
import type { StackContext } from "./context.ts";
import { StackError } from "./stack.ts";

/**
 * Asks for the words of a wallet that is typed in, before a command opens it: once, hidden. They stay with this
 * process and the engine that it starts.
 *
 * @param prompts how the person is asked; on the terminal by default
 * @throws PromptUnavailable when there is no terminal
 */
export async function unlockWallet(
  { stack, env }: Pick<StackContext, "env"> & { readonly stack: Pick<StackContext["stack"], "site"> },
  prompts: () => Promise<WalletPrompts> = terminalPrompts,
): Promise<void> {
  if (!("prompt" in stack.site.wallet)) return;
  const ask = async () => askWords(await prompts());
  const words = promptedWords() ?? (await interruptible(ask, () => new StackError("Nothing was changed.")));
  keepPromptedWords(words);
  env[promptedWordsVariable] = words;
}

/** Shell lines with which a shell asks for the words by itself, hidden, unless it was told them before. */
export const ASK_IN_SHELL = `if [ -z "$${promptedWordsVariable}" ]; then
  printf 'Recovery words of the wallet (hidden): ' >&2
  read -rs ${promptedWordsVariable}
  printf '\\n' >&2
  export ${promptedWordsVariable}
fi
`;
