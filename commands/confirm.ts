import { StackError } from "./stack.ts";

/**
 * Asks on the terminal for a yes or no. An interrupt is an answer too.
 *
 * @param standard the answer of who only presses Enter. Default: false
 * @param interrupted what is said of an interrupt. Default: that nothing was changed
 * @throws StackError when the person interrupts
 */
export function confirmed(
  message: string,
  { standard = false, interrupted = "Nothing was changed." } = {},
): Promise<boolean> {
  return interruptible(
    async () => (await import("@inquirer/prompts")).confirm({ message, default: standard }),
    () => new StackError(interrupted),
  );
}

/** Waits for what a person is asked; an interrupt becomes an error of ours. */
export async function interruptible<T>(ask: () => Promise<T>, interrupted: () => Error): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof Error && error.name === "ExitPromptError" ? interrupted() : error;
  }
}
