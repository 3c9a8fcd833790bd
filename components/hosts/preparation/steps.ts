import { z } from "zod";
import { disconnect, onHost } from "../connect.ts";
import { type HostScript, hostScript } from "../script.ts";
import type { Desired, Host, HostAddress } from "../types.ts";
import { journalFile, nouveauFile, PATHS, sshFile, sysctlFile, upgradesFile } from "./files.ts";
import { firewallFile } from "./firewall.ts";
import { observedPreparation } from "./observe.ts";
import { planPreparation } from "./plan.ts";
import type { Preparation, RawPreparation, Step, StepId } from "./types.ts";
import { ufwRules } from "./ufw.ts";

const rawPreparation: z.ZodType<RawPreparation> = z.object({
  installed: z.array(z.string()),
  live: z.record(z.string(), z.string()),
  files: z.record(z.string(), z.string()),
  swap: z.array(z.string()),
  clock: z.string(),
  firewall: z.object({
    live: z.string(),
    recorded: z.string(),
    kept: z.boolean(),
    ufw: z.array(z.string()).optional(),
  }),
});

const prepared = hostScript("hosts/scripts/prepared.sh", {
  step: "reading of its preparation",
  facts: rawPreparation,
  readOnly: true,
});

const step = (id: string, words: string): HostScript =>
  hostScript(`hosts/scripts/prepare-${id}.sh`, { step: words });
const SCRIPTS: Readonly<Record<StepId, HostScript>> = {
  packages: step("packages", "installation of packages"),
  clock: step("clock", "setting up of a time service"),
  swap: step("swap", "turning off of swap"),
  sysctl: step("sysctl", "setting of kernel settings"),
  journal: step("journal", "limiting of the journal"),
  upgrades: step("upgrades", "holding back of unattended upgrades"),
  nouveau: step("nouveau", "turning off of nouveau"),
  firewall: step("firewall", "setting of the firewall"),
  ssh: step("ssh", "hardening of SSH"),
};
const keepFirewall = step("firewall-keep", "keeping of the firewall");
const remove = step("remove", "taking back of its preparation");

/** Seconds after which a firewall that nobody has come through is taken back. */
const UNDO_SECONDS = 60;
const READ_SECONDS = 30;
/** Packages come over the internet. */
const STEP_SECONDS = 1200;

/** Reads what of a preparation a machine has. */
export async function readPreparation(host: Host, wanted: Preparation): Promise<Preparation> {
  const desired = { packages: wanted.packages, settings: Object.keys(wanted.sysctl), paths: PATHS };
  return observedPreparation(await host.script(prepared, desired, { timeoutSeconds: READ_SECONDS }), wanted);
}

/**
 * Brings a machine to what is wanted; what is as wanted already is left alone.
 *
 * @param progress given what is being done, in words
 * @returns the steps that ran
 * @throws HostError of the first step that failed; running it again goes on from there
 */
export async function prepareHost(
  address: HostAddress,
  wanted: Preparation,
  progress: (words: string) => void = () => {},
): Promise<Step[]> {
  const found = await onHost(address, (host) => readPreparation(host, wanted));
  const steps = planPreparation(found, wanted);
  for (const { id, words } of steps) {
    progress(words);
    await onHost(address, (host) =>
      host.script(SCRIPTS[id], desiredOf(id, wanted, address), { timeoutSeconds: STEP_SECONDS }),
    );
    if (id === "firewall" && wanted.firewall.state === "on") {
      // Only a connection that is made now shows that the firewall lets one in.
      disconnect(address);
      await onHost(address, (host) => host.script(keepFirewall));
    }
  }
  return steps;
}

function desiredOf(id: StepId, wanted: Preparation, { host }: HostAddress): Desired {
  switch (id) {
    case "packages":
      return { packages: wanted.packages };
    case "sysctl":
      return { content: sysctlFile(wanted.sysctl), settings: wanted.sysctl };
    case "journal":
      return { content: wanted.journalLimit === "" ? "" : journalFile(wanted.journalLimit) };
    case "upgrades":
      return { content: wanted.heldFromUpgrades.length === 0 ? "" : upgradesFile(wanted.heldFromUpgrades) };
    case "nouveau":
      return { content: wanted.nouveau === "off" ? nouveauFile : "" };
    case "ssh":
      return { content: wanted.ssh === "hardened" ? sshFile : "" };
    case "firewall":
      return wanted.firewall.state === "on"
        ? {
            content: firewallFile(wanted.firewall),
            ufw: ufwRules(wanted.firewall),
            undoSeconds: host === "local" ? 0 : UNDO_SECONDS,
          }
        : { content: "", ufw: [], undoSeconds: 0 };
    default:
      return {};
  }
}

/** Takes back what preparation wrote on a machine: files, firewall, swap. Packages stay. */
export async function unprepareHost(address: HostAddress): Promise<void> {
  await onHost(address, (host) => host.script(remove));
}
