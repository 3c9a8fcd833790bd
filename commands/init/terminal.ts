import { confirm, input, select } from "@inquirer/prompts";
import { newWallet } from "../../components/wallet/newWallet.ts";
import { terminalPrompts } from "../../components/wallet/prompts.ts";
import { interruptible as orInterrupted } from "../confirm.ts";
import { InitError } from "./errors.ts";
import type { Question } from "./questions.ts";

/** Asks on the terminal until the answer is right. */
export async function askOnTerminal({ message, standard, choices, check }: Question): Promise<string> {
  return interruptible(() =>
    choices === undefined
      ? input({
          message,
          required: true,
          validate: (value) => check(value) ?? true,
          ...(standard === undefined ? {} : { default: standard }),
        })
      : select({
          message,
          choices: [...choices],
          pageSize: 12,
          ...(standard === undefined ? {} : { default: standard }),
        }),
  );
}

/** A yes or no, no by default. */
export async function confirmOnTerminal(message: string): Promise<boolean> {
  return interruptible(() => confirm({ message, default: false }));
}

/**
 * Makes a wallet: its words are shown once, and kept in a file when three of them came back.
 *
 * @returns its address
 */
export async function makeWalletOnTerminal(file: string): Promise<string> {
  const made = await interruptible(async () => newWallet({ file, prompts: await terminalPrompts() }));
  return made.wallet.address;
}

function interruptible<T>(prompt: () => Promise<T>): Promise<T> {
  return orInterrupted(prompt, () => new InitError("Interrupted. Nothing was written."));
}
