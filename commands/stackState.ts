import type { StackContext } from "./context.ts";
import { type Stack, StackError } from "./stack.ts";

/** What the engine keeps of a stack, as far as it is looked at here. */
export interface StackState {
  readonly deployment: { readonly resources?: readonly StateResource[] };
}

interface StateResource {
  readonly type: string;
  readonly urn: string;
  /** Absent as long as the resource was not made. */
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/**
 * Reads a stack's state; secrets in it stay encrypted.
 *
 * @returns undefined where there is no such stack
 */
export async function readState({ engine }: Pick<StackContext, "engine">): Promise<StackState | undefined> {
  try {
    const { stdout } = await engine(["stack", "export"], { output: "capture" });
    return JSON.parse(stdout) as StackState;
  } catch (error) {
    if (isUnknownStack(error)) return undefined;
    throw error;
  }
}

/** The stack was never made: the site was not brought up yet. */
export function isUnknownStack(error: unknown): boolean {
  return (
    error instanceof Error && /no stack named|could not find stack|stack '.*' not found/i.test(error.message)
  );
}

/**
 * Refuses a site that was given another name since it was brought up: all resources are named after it, so that the
 * engine would make each a second time on the same objects and then delete the first.
 *
 * @throws StackError naming both
 */
export function requireSameSite(
  { name: stack, site }: Pick<Stack, "name" | "site">,
  state: StackState,
): void {
  const { resources = [] } = state.deployment;
  const names = resources
    .filter(({ type }) => type === "akash:site:ProviderSite")
    .map(({ urn }) => urn.slice(urn.lastIndexOf("::") + 2));
  if (names.length === 0 || names.includes(site.name)) return;
  throw new StackError(
    `Pulumi.${stack}.yaml names its site ${site.name}, which was brought up as ${names[0]}: under another name everything would be made a second time and the first deleted. ` +
      `Write \`name: ${names[0]}\` again; to rename the site, take it down with that name first (\`npm run down -- -s ${stack}\`).`,
  );
}
