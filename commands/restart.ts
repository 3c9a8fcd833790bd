import { existsSync } from "node:fs";
import { takeRestartRequest } from "../components/hosts/restart/request.ts";
import type { HostAddress } from "../components/hosts/types.ts";
import type { SiteConfig } from "../components/site/config.ts";
import { confirmed } from "./confirm.ts";
import { PROJECT, type Stack, StackError } from "./stack.ts";

const SERVICE = "/etc/systemd/system/pulumi-akash-resume.service";

/** Forgets that an earlier run, or one without this command, asked for a restart of this machine. */
export async function forgetRestart(): Promise<void> {
  await takeRestartRequest();
}

/** Forgets that a run was to go on after a restart: this one has done what was left. */
export async function endResumed({ site }: Pick<Stack, "site">): Promise<void> {
  if (!existsSync(SERVICE)) return;
  const { removeResumeService } = await import("../components/hosts/restart/resume.ts");
  await removeResumeService(thisMachine(site));
}

/**
 * Restarts this machine where the run that just ended needs it, and has `up` go on afterwards. Where secrets come
 * from the environment it cannot go on by itself: nothing may write them down.
 *
 * @param yes do not ask
 * @throws StackError saying what happens next; returns when no restart is needed
 */
export async function restartIfNeeded({ name, site, embedded }: Stack, yes: boolean): Promise<void> {
  const reason = await takeRestartRequest();
  if (reason === undefined) return;
  const { engineSecretVariables, restartThisMachine, secretVariables } = await import(
    "../components/hosts/restart/resume.ts"
  );
  const again = `Then run \`up -s ${name}\` again: it goes on from where this run ended.`;
  const needed = `This machine has to be restarted (${reason}).`;
  if (!yes && !(await agrees(needed)))
    throw new StackError(`${needed} Restart it when it suits you. ${again}`);
  const address = thisMachine(site);
  const pending = `${needed} It restarts in a minute; \`shutdown -c\` calls it off.`;
  // The embedded site has a passphrase of its own, which is no secret.
  const secrets = [
    ...secretVariables(site, process.env),
    ...(embedded ? [] : engineSecretVariables(process.env)),
  ];
  const typed = "prompt" in site.wallet ? " The wallet's words have to be typed in again." : "";
  if (secrets.length > 0 || typed !== "") {
    await restartThisMachine(undefined, address);
    const lost =
      secrets.length === 0
        ? ""
        : ` ${secrets.join(", ")} cannot be kept over a restart: set ${secrets.length > 1 ? "them" : "it"} afterwards.`;
    throw new StackError(`${pending}${lost}${typed} ${again}`);
  }
  const argv = [process.execPath, "commands/main.ts", "up", "--stack", name, "--yes"] as const;
  await restartThisMachine({ argv: [...argv], cwd: PROJECT, env: process.env }, address);
  throw new StackError(
    `${pending} The run then goes on by itself: \`journalctl -fu pulumi-akash-resume\` shows it, and later what it said.`,
  );
}

/** As it is declared: its `sudo` may ask for a password. */
function thisMachine({ nodes = [] }: SiteConfig): HostAddress {
  const passwordEnv = nodes.find(({ host }) => host === "local")?.passwordEnv;
  return { host: "local", ...(passwordEnv === undefined ? {} : { passwordEnv }) };
}

async function agrees(message: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const interrupted = `${message} It was not restarted. What was done before stays, and \`up\` goes on from there.`;
  return confirmed(`${message} Restart it in a minute?`, { standard: true, interrupted });
}
