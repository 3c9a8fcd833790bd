import { userInfo } from "node:os";
import { onHost } from "../connect.ts";
import { hostScript } from "../script.ts";

const resumeScript = hostScript("hosts/scripts/resume.sh", { step: "preparing of the restart" });
const doneScript = hostScript("hosts/scripts/resume-done.sh", { step: "removing of the resuming service" });

/** A command that is to go on after a restart. */
export interface ResumedCommand {
  /** Program and arguments. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Variables that a resumed command needs. None of them is a secret: a unit's text can be read by everybody. */
const KEPT =
  /^(HOME|LANG|PATH|XDG_(CACHE|CONFIG|DATA|STATE)_HOME|PULUMI_(BACKEND_URL|HOME|CONFIG_PASSPHRASE_FILE|DISABLE_AUTOMATIC_PLUGIN_ACQUISITION|AKASH_[A-Z]+))$/;

/**
 * The service that goes on with a command after a restart. It starts once: whatever becomes of the command, the
 * next boot does not start it again.
 */
export function resumeUnit({ argv, cwd, env }: ResumedCommand, user: string): string {
  const kept = Object.entries(env).filter(([name, value]) => KEPT.test(name) && value !== undefined);
  return [
    "# Managed by pulumi-akash; edits are undone.",
    "[Unit]",
    "Description=Goes on with the Akash site's run after the restart that it needed",
    "Wants=network-online.target",
    "After=network-online.target time-sync.target",
    "[Service]",
    "Type=oneshot",
    `User=${user}`,
    `WorkingDirectory=${specifiers(cwd)}`,
    ...kept.map(([name, value = ""]) => `Environment=${unitQuote(`${name}=${value}`)}`),
    "ExecStartPre=+systemctl disable --quiet pulumi-akash-resume.service",
    `ExecStart=${argv.map(unitQuote).join(" ")}`,
    "TimeoutStartSec=infinity",
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
}

/** One word of a unit file. */
function unitQuote(word: string): string {
  const escaped = specifiers(word).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("$", "$$$$");
  return `"${escaped.replaceAll("\n", "\\n")}"`;
}

const specifiers = (text: string): string => text.replaceAll("%", "%%");

/**
 * Variables that a declaration takes secrets from (`mnemonicEnv`, `passwordEnv`, …) and that are set. They are gone
 * after a restart, because nothing may write them down: a run that needs them cannot resume by itself.
 */
export function secretVariables(declaration: unknown, env: ResumedCommand["env"]): string[] {
  if (typeof declaration !== "object" || declaration === null) return [];
  const found = Object.entries(declaration).flatMap(([key, value]): string[] => {
    if (typeof value === "string") return key.endsWith("Env") && env[value] !== undefined ? [value] : [];
    return secretVariables(value, env);
  });
  return [...new Set(found)].sort();
}

/**
 * Restarts this machine in a minute; `shutdown -c` calls it off.
 *
 * @param command what goes on afterwards; undefined: nothing
 */
export async function restartThisMachine(command?: ResumedCommand): Promise<void> {
  const unit = command === undefined ? "" : resumeUnit(command, userInfo().username);
  await onHost({ host: "local" }, (host) => host.script(resumeScript, { unit }));
}

/** Removes the service of a run that has resumed; nothing where there is none. */
export async function removeResumeService(): Promise<void> {
  await onHost({ host: "local" }, (host) => host.script(doneScript));
}
