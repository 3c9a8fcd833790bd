import { PromptUnavailable, WalletError } from "./errors.ts";
import { parseWords } from "./mnemonic.ts";

/** How a person is asked; the terminal, or a script in tests. */
export interface WalletPrompts {
  /** Shows text that holds secrets; `hide` takes it away again. */
  show(text: string): void;
  hide(): void;
  /** @returns what was typed, which the screen does not show */
  secret(question: string, problem: (answer: string) => string | undefined): Promise<string>;
  /** @returns what was typed */
  text(question: string): Promise<string>;
  confirm(question: string): Promise<boolean>;
}

/** Asks for the words, hidden, until they are valid. */
export async function askWords(prompts: WalletPrompts): Promise<string> {
  const origin = "what was typed";
  const words = await prompts.secret("Recovery words of the wallet (hidden)", (answer) => {
    try {
      parseWords(answer, origin);
      return undefined;
    } catch (error) {
      return error instanceof WalletError ? error.message : "These are no recovery words.";
    }
  });
  return parseWords(words, origin);
}

/** @throws PromptUnavailable when there is no terminal */
export async function terminalPrompts(): Promise<WalletPrompts> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw new PromptUnavailable();
  const { confirm, input, password } = await import("@inquirer/prompts");
  const context = { output: process.stderr, clearPromptOnDone: true };
  return {
    show: (text) => void process.stderr.write(`${enterScreen}${text}\n`),
    hide: () => void process.stderr.write(leaveScreen),
    secret: (message, problem) =>
      password({ message, mask: false, validate: (answer) => problem(answer) ?? true }, context),
    text: (message) => input({ message }, context),
    confirm: (message) => confirm({ message }, context),
  };
}

/** The terminal's second screen keeps no scrollback: what was shown on it is gone when it is left. */
const enterScreen = "\u001b[?1049h\u001b[2J\u001b[H";
const leaveScreen = "\u001b[2J\u001b[?1049l";
