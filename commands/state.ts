import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A stack's state as the engine exports it; what is secret in it stays encrypted. */
export interface ExportedState {
  readonly deployment: Readonly<Record<string, unknown>>;
}

/** Runs the engine on one stack and gives what it prints. */
export type AskEngine = (args: readonly string[]) => Promise<{ readonly stdout: string }>;

/**
 * Puts another state in the place of a stack's.
 *
 * @param change returns the new one; undefined where nothing is to be changed
 */
export async function rewriteState<State extends ExportedState>(
  ask: AskEngine,
  change: (exported: State) => State | undefined,
): Promise<void> {
  const { stdout } = await ask(["stack", "export"]);
  const changed = change(JSON.parse(stdout) as State);
  if (changed === undefined) return;
  const folder = await mkdtemp(join(tmpdir(), "pulumi-akash-state-"));
  try {
    const file = join(folder, "state.json");
    await writeFile(file, JSON.stringify(changed), { mode: 0o600 });
    await ask(["stack", "import", "--file", file]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
