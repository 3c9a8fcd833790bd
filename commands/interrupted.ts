import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StackContext } from "./context.ts";
import type { EngineEvent } from "./engineEvents.ts";

interface Operation {
  readonly type: string;
  readonly resource: { readonly urn: string };
}

interface Exported {
  readonly deployment: {
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
  const { stdout } = await context.engine(["stack", "export"], { output: "capture" });
  const exported = JSON.parse(stdout) as Exported;
  const { resources = [], pending_operations: pending = [] } = exported.deployment;
  const there = new Set(resources.map(({ urn }) => urn));
  const left = pending.filter(({ type, resource }) => type !== "creating" || !there.has(resource.urn));
  if (left.length === pending.length) return;
  const folder = await mkdtemp(join(tmpdir(), "pulumi-akash-state-"));
  try {
    const file = join(folder, "state.json");
    const deployment = { ...exported.deployment, pending_operations: left };
    await writeFile(file, JSON.stringify({ ...exported, deployment }), { mode: 0o600 });
    await context.engine(["stack", "import", "--file", file], { output: "capture" });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
