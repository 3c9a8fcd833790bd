import {
  type Deployed,
  deployedIn,
  describeTakeover,
  findTakeover,
  NOTHING_DEPLOYED,
  type Takeover,
} from "../components/site/takeover/index.ts";
import type { StackContext } from "./context.ts";
import { readState } from "./stackState.ts";

export { NO_TAKEOVER } from "../components/site/takeover/index.ts";

/**
 * Finds what an earlier set-up has left in the stack's cluster and shows what is to become of it; says nothing
 * when there is nothing.
 *
 * @throws SecondSigner when another provider runs with the site's wallet
 * @throws ProviderOfOtherOwner when the provider that would be replaced belongs to another wallet
 */
export async function showTakeover(context: StackContext): Promise<Takeover> {
  const { site, embedded } = context.stack;
  const takeover = await findTakeover(site, {
    // Nobody else has the embedded wallet's key, so other providers on this machine are none of its business.
    processes: !embedded,
    deployed: () => deployed(context),
  });
  process.stderr.write(describeTakeover(takeover.plan));
  return takeover;
}

async function deployed(context: StackContext): Promise<Deployed> {
  const state = await readState(context);
  return state === undefined ? NOTHING_DEPLOYED : deployedIn(state);
}

/** Finishes a takeover; without consent only says what is left to remove. */
export async function finishTakeover(takeover: Takeover, agreed: boolean): Promise<void> {
  const leftovers = takeover.plan.items.filter(({ action }) => action === "remove").length;
  if (agreed) await takeover.removeLeftovers();
  else if (leftovers > 0) {
    process.stderr.write(
      `${leftovers} leftovers of the earlier set-up were not removed. \`up --yes\` removes them.\n`,
    );
  }
}

/**
 * Flags for the engine's preview of a takeover. The API server refuses a trial of workloads that are made anew, as
 * the old ones are still there: the preview leaves them and what depends on them out.
 */
export function previewFlags({ plan }: Takeover): string[] {
  const kinds = new Set(plan.items.filter(({ pods }) => pods !== undefined).map(({ kind }) => kind));
  if (kinds.size === 0) return [];
  return [
    ...[...kinds].flatMap((kind) => ["--exclude", `**$kubernetes:apps/v1:${kind}::*`]),
    "--exclude-dependents",
  ];
}

/** Whether a takeover deletes, before the update, what runs: from then on the site stands only when the update succeeds. */
export function replaces({ plan }: Takeover): boolean {
  return plan.items.some(({ action }) => action === "replace");
}
