import type { StackContext } from "./context.ts";
import type { EngineEvent } from "./engineEvents.ts";
import { type ExportedState, rewriteState } from "./state.ts";

interface Operation {
  readonly type: string;
  readonly resource: { readonly urn: string };
}

interface Exported extends ExportedState {
  readonly deployment: Readonly<Record<string, unknown>> & {
    readonly resources?: readonly { readonly urn: string }[];
    readonly pending_operations?: readonly Operation[];
  };
}

const WARNING = /\bpending operations? from previous deployment/;

/**
 * Lets the state forget what a run that was killed was about to create and this one has created: the engine would
 * warn of it in every run from then on. What is still not there stays on record.
 *
 * @param events of the run that succeeded
 */
export async function forgetInterrupted(
  context: Pick<StackContext, "engine">,
  events: readonly EngineEvent[],
): Promise<void> {
  if (!events.some(({ diagnosticEvent }) => WARNING.test(diagnosticEvent?.message ?? ""))) return;
  const ask = (args: readonly string[]) => context.engine(args, { output: "capture" });
  await rewriteState<Exported>(ask, (exported) => {
    const { resources = [], pending_operations: pending = [] } = exported.deployment;
    const there = new Set(resources.map(({ urn }) => urn));
    const left = pending.filter(({ type, resource }) => type !== "creating" || !there.has(resource.urn));
    if (left.length === pending.length) return undefined;
    return { ...exported, deployment: { ...exported.deployment, pending_operations: left } };
  });
}
