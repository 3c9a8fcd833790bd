import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { backendFolder, backendOf } from "./backend.ts";
import { keptFile, type Stack, StackError } from "./stack.ts";

/** A stack and the engine's variables for it. */
export interface StackBackend {
  readonly stack: Pick<Stack, "name" | "embedded">;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Refuses a backend other than the one that holds the stack: there an empty stack would begin, of a site that runs.
 * Says nothing where none was remembered.
 *
 * @throws StackError naming both, and what accepts a move
 */
export function requireKnownBackend(where: StackBackend): void {
  const file = fileOf(where);
  if (file === undefined || !existsSync(file)) return;
  const known = readFileSync(file, "utf8").trim();
  const now = addressOf(where);
  if (now === known) return;
  throw new StackError(
    `The state of stack ${where.stack.name} is kept at ${known}, and this run would use ${now}. ` +
      `Go back with \`pulumi login ${known}\` (a PULUMI_BACKEND_URL that is set counts first), or, if you have moved the state there, delete ${file} and run again.`,
  );
}

/** Remembers which backend holds the stack. */
export function rememberBackend(where: StackBackend): void {
  const file = fileOf(where);
  if (file === undefined) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${addressOf(where)}\n`, { mode: 0o600 });
}

/** Beside the passphrase. Of a stack whose passphrase comes from elsewhere, as in CI, nothing is kept on this machine. */
function fileOf({ stack: { name, embedded }, env }: StackBackend): string | undefined {
  const ours = env["PULUMI_CONFIG_PASSPHRASE_FILE"] === keptFile(name, "passphrase");
  return embedded || !ours ? undefined : keptFile(name, "backend");
}

/** One spelling of each backend. */
function addressOf({ env }: StackBackend): string {
  const backend = backendOf(env) ?? "";
  const folder = backendFolder(backend);
  return (folder === undefined ? backend : `file://${folder}`).replace(/(?<=[^/])\/+$/, "");
}
