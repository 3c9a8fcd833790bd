import type { StackContext } from "./context.ts";
import { rememberBackend, requireKnownBackend } from "./knownBackend.ts";
import { StackError } from "./stack.ts";
import { readState, requireSameSite } from "./stackState.ts";

/** `pulumi stack init` says so with the code of any failure. */
const ALREADY_EXISTS = 1;

/**
 * Has the stack ready that `up` changes: makes it at its first `up`, and looks whether a later one means the same.
 *
 * @throws StackError where the state is kept elsewhere, or holds the site under another name
 */
export async function ensureStack(context: StackContext): Promise<void> {
  if (!(await requireStack(context))) await makeStack(context);
  rememberBackend(context);
}

/**
 * Looks whether a stack is the one that the site was brought up in. Writes nothing.
 *
 * @returns false where there is no such stack
 * @throws StackError where the state is kept elsewhere, or holds the site under another name
 */
export async function requireStack(context: StackContext): Promise<boolean> {
  requireKnownBackend(context);
  const state = await readState(context);
  if (state !== undefined) requireSameSite(context.stack, state);
  return state !== undefined;
}

/** One that another run has made meanwhile is no error. */
async function makeStack({ engine }: StackContext): Promise<void> {
  const run = await engine(["stack", "init", "--no-select"], {
    output: "capture",
    expected: [0, ALREADY_EXISTS],
  });
  if (run.exitCode === ALREADY_EXISTS && !run.tail.includes("already exists")) throw new StackError(run.tail);
}
