import { existsSync } from "node:fs";
import { confirm } from "@inquirer/prompts";
import { takeRestartRequest } from "../components/hosts/restart/request.ts";
import { PROJECT, type Stack, StackError } from "./stack.ts";

const SERVICE = "/etc/systemd/system/pulumi-akash-resume.service";

/** Forgets that an earlier run, or one without this command, asked for a restart of this machine. */
export async function forgetRestart(): Promise<void> {
  await takeRestartRequest();
}

/** Removes the service with which this run has gone on after a restart; nothing where it was started by a person. */
export async function endResumed(): Promise<void> {
  if (!existsSync(SERVICE)) return;
  const { removeResumeService } = await import("../components/hosts/restart/resume.ts");
  await removeResumeService();
}

/**
 * Restarts this machine where the run that just ended needs it, and has `up` go on afterwards. Where the site's
 * secrets come from the environment it cannot go on by itself: nothing may write them down.
 *
 * @param yes do not ask
 * @throws StackError saying what happens next; returns when no restart is needed
 */
export async function restartIfNeeded({ name, site }: Stack, yes: boolean): Promise<void> {
  const reason = await takeRestartRequest();
  if (reason === undefined) return;
  const { restartThisMachine, secretVariables } = await import("../components/hosts/restart/resume.ts");
  const again = `Then run \`up -s ${name}\` again: it goes on from where this run ended.`;
  const needed = `This machine has to be restarted (${reason}).`;
  if (!yes && !(await agrees(needed)))
    throw new StackError(`${needed} Restart it when it suits you. ${again}`);
  const secrets = secretVariables(site, process.env);
  if (secrets.length > 0) {
    await restartThisMachine();
    throw new StackError(
      `${needed} It restarts in a minute; \`shutdown -c\` calls it off. ${secrets.join(", ")} cannot be kept over a restart: set ${secrets.length > 1 ? "them" : "it"} afterwards. ${again}`,
    );
  }
  const argv = [process.execPath, "commands/main.ts", "up", "--stack", name, "--yes"] as const;
  await restartThisMachine({ argv: [...argv], cwd: PROJECT, env: process.env });
  throw new StackError(
    `${needed} It restarts in a minute; \`shutdown -c\` calls it off. The run then goes on by itself: \`journalctl -fu pulumi-akash-resume\` shows it.`,
  );
}

async function agrees(message: string): Promise<boolean> {
  return process.stdin.isTTY && confirm({ message: `${message} Restart it in a minute?`, default: true });
}
