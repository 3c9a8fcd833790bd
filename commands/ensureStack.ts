import type { StackContext } from "./context.ts";
import { StackError } from "./stack.ts";

/** `pulumi stack init` says so with the code of any failure. */
const ALREADY_EXISTS = 1;

/** A stack is made at its first `up` or `preview`; making it again is no error. */
export async function ensureStack({ engine }: StackContext): Promise<void> {
  const run = await engine(["stack", "init", "--no-select"], {
    output: "capture",
    expected: [0, ALREADY_EXISTS],
  });
  if (run.exitCode === ALREADY_EXISTS && !run.tail.includes("already exists")) throw new StackError(run.tail);
}
