import { userInfo } from "node:os";
import { onHost } from "../connect.ts";
import { hostScript } from "../script.ts";
import type { HostAddress } from "../types.ts";

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

const UNIT = "pulumi-akash-resume.service";

/**
 * The service that goes on with a command after a restart. It starts once: whatever becomes of the command, the
 * next boot does not start it again, and its end takes it away, unless the command needs a further restart and has
 * enabled it again. The boot does not wait for its end: what the command starts may itself wait
 * for the boot, as the container toolkit's refresh of its CDI specification does (`After=multi-user.target`).
 */
export function resumeUnit({ argv, cwd, env }: ResumedCommand, user: string): string {
  const kept = Object.entries(env).filter(([name, value]) => KEPT.test(name) && value !== undefined);
  return [
    "# Managed by pulumi-akash; edits are undone.",
    "[Unit]",
    "Description=Goes on with the Akash site's run after the restart that it needed",
    "Wants=network-online.target",
    "After=network-online.target time-sync.target",
    "CollectMode=inactive-or-failed",
    "[Service]",
    "Type=exec",
    `User=${user}`,
    `WorkingDirectory=${specifiers(cwd)}`,
    ...kept.map(([name, value = ""]) => `Environment=${unitQuote(`${name}=${value}`)}`),
    `ExecStartPre=+systemctl disable --quiet ${UNIT}`,
    `ExecStart=${argv.map(unitQuote).join(" ")}`,
    `ExecStopPost=+/bin/sh -c "systemctl is-enabled --quiet ${UNIT} || rm -f /etc/systemd/system/${UNIT}"`,
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

/** Variables that the engine takes secrets from: those of the stack, and those of the place where its state is. */
const ENGINE_SECRETS: readonly { readonly backend: RegExp; readonly names: readonly string[] }[] = [
  { backend: /^(https?:|$)/, names: ["PULUMI_ACCESS_TOKEN"] },
  { backend: /^/, names: ["PULUMI_CONFIG_PASSPHRASE"] },
  { backend: /^s3:/, names: ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] },
  { backend: /^azblob:/, names: ["AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN"] },
  { backend: /^gs:/, names: ["GOOGLE_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN"] },
];

/** Of these, the variables that are set: like those of the declaration they are gone after a restart. */
export function engineSecretVariables(env: ResumedCommand["env"]): string[] {
  const backend = env["PULUMI_BACKEND_URL"] ?? "";
  return ENGINE_SECRETS.filter((row) => row.backend.test(backend))
    .flatMap(({ names }) => names)
    .filter((name) => env[name] !== undefined);
}

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

const LOCAL: HostAddress = { host: "local" };

/**
 * Restarts this machine in a minute; `shutdown -c` calls it off.
 *
 * @param command what goes on afterwards; undefined: nothing
 * @param address this machine as it is declared, for the password that `sudo` asks for
 */
export async function restartThisMachine(command?: ResumedCommand, address = LOCAL): Promise<void> {
  const unit = command === undefined ? "" : resumeUnit(command, userInfo().username);
  await onHost(address, (host) => host.script(resumeScript, { unit }));
}

/** Removes a service that has nothing to resume any more; nothing where there is none, or it is what runs this. */
export async function removeResumeService(address = LOCAL): Promise<void> {
  await onHost(address, (host) => host.script(doneScript));
}
