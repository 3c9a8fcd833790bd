import * as pulumi from "@pulumi/pulumi";

/**
 * Runs the part of a program that can fail before anything is declared, so that the engine shows an error of ours
 * as the sentence it is.
 *
 * Without it the SDK prints the whole error, and Node 22 spends most of a minute colouring a stack whose lines its
 * source maps have made relative (`node_modules/@pulumi/…`).
 *
 * @throws pulumi.RunError with the message alone
 */
export async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const ours = error instanceof Error && !(error.constructor.name in globalThis);
    if (!ours) throw error;
    throw Object.assign(new pulumi.RunError(error.message), { stack: undefined });
  }
}
