import type { EngineEvent } from "../../commands/engineEvents.ts";
import { isUnknownStack } from "../../commands/stackState.ts";
import { NetworkNotRunning, NoUsableEndpoint, RpcUnreachable } from "../../components/chain/errors.ts";
import { ClusterUnreachable, KubeconfigMissing } from "../../components/cluster/errors.ts";
import type { SiteResult } from "../rollout/record.ts";

/** What an error says of a site on which nothing was changed yet. */
export function failureOf(error: unknown): { readonly result: SiteResult; readonly because: string } {
  return { result: resultOf(error), because: sentence(error) };
}

function resultOf(error: unknown): SiteResult {
  if (isUnreachable(error)) return "unreachable";
  if (isLocked(error)) return "locked";
  return "failed";
}

/** Cluster or chain could not be asked; whether it is well is not known. */
export function isUnreachable(error: unknown): boolean {
  return [ClusterUnreachable, KubeconfigMissing, NoUsableEndpoint, RpcUnreachable, NetworkNotRunning].some(
    (kind) => error instanceof kind,
  );
}

/** The engine found another run's lock on the stack. */
export function isLocked(error: unknown): boolean {
  const { name = "", message = "" } = error instanceof Error ? error : {};
  return (
    name === "ConcurrentUpdateError" || /stack is currently locked|Conflict: Another update/.test(message)
  );
}

/** The engine ended with an error; the message is what its diagnostics say. */
export class EngineRunFailed extends Error {
  override readonly name = "EngineRunFailed";
  readonly events: readonly EngineEvent[];

  constructor(message: string, events: readonly EngineEvent[], options?: ErrorOptions) {
    super(message, options);
    this.events = events;
  }
}

/** What a run of the engine failed by, in its own words where it had any; a lock and a missing stack stay what they are. */
export function asRunFailure(error: unknown, events: readonly EngineEvent[]): unknown {
  if (isLocked(error) || isUnknownStack(error)) return error;
  const said = diagnosticsOf(events);
  return new EngineRunFailed(said.length > 0 ? said.join("\n") : sentence(error), events, { cause: error });
}

/** Lines of an error's text that are kept. */
const LINES = 12;

/** What went wrong, in the words of whoever noticed it. */
export function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split("\n").slice(0, LINES).join("\n");
}

/** What the engine reported as errors: its diagnostics, without their markup and what merely sums up. */
export function diagnosticsOf(events: readonly EngineEvent[]): string[] {
  const errors = events.flatMap(({ diagnosticEvent }) =>
    diagnosticEvent?.severity === "error" ? plain(diagnosticEvent.message) : [],
  );
  const telling = errors.filter((text) => !/^(preview|update|destroy|refresh) failed$/.test(text));
  return [...new Set(telling.length > 0 ? telling : errors)];
}

/** Without colour marks (`<{%reset%}>`), terminal codes and the program's stack trace. */
function plain(message: string): string {
  return (
    message
      .replace(/<\{%[^%]*%\}>/g, "")
      .replace(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), "")
      .split("\n")
      .filter((line) => !/^\s+at /.test(line))
      .join("\n")
      .trim()
      // A list of one needs no heading.
      .replace(/^1 error occurred:\s+\* /, "")
  );
}

/** The first line of what an error says. */
export function reasonOf(error: unknown): string {
  return sentence(error).split("\n")[0] ?? "";
}
