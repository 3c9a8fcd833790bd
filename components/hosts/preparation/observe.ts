import {
  journalFile,
  nouveauFile,
  parseJournalFile,
  parseSysctlFile,
  parseUpgradesFile,
  sshFile,
  upgradesFile,
} from "./files.ts";
import { firewallFile, parseFirewallFile } from "./firewall.ts";
import type { Firewall, FirewallState, Preparation, RawPreparation } from "./types.ts";
import { compareUfw, ufwRules } from "./ufw.ts";

/**
 * What of a preparation a machine has, in the form in which it is declared: equal where it is as wanted, and
 * otherwise different in the field that is off.
 */
export function observedPreparation(raw: RawPreparation, wanted: Preparation): Preparation {
  const { files } = raw;
  return {
    packages: wanted.packages.filter((name) => raw.installed.includes(name)),
    sysctl: observedSysctl(raw, wanted),
    swap: wanted.swap === "kept" || raw.swap.length > 0 ? "kept" : "off",
    clock: wanted.clock === "unmanaged" || raw.clock === "" ? "unmanaged" : "kept by a service",
    journalLimit: observedJournal(files["journal"]),
    heldFromUpgrades: observedHeld(files["upgrades"]),
    nouveau: observedNouveau(files, wanted.nouveau),
    firewall: observedFirewall(raw.firewall, files["firewall"], wanted.firewall),
    ssh: files["ssh"] === sshFile ? "hardened" : "unmanaged",
  };
}

/** A setting shows as what is off about it: in our file, which a reboot brings back, or in force. */
function observedSysctl({ live, files }: RawPreparation, { sysctl }: Preparation): Record<string, string> {
  const kept = parseSysctlFile(files["sysctl"] ?? "");
  const names = [...new Set([...Object.keys(sysctl), ...Object.keys(kept)])].sort();
  const found = names.flatMap((name): [string, string][] => {
    const value = kept[name] === sysctl[name] ? live[name] : kept[name];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(found);
}

function observedJournal(text: string | undefined): string {
  const limit = parseJournalFile(text ?? "");
  return text === journalFile(limit) ? limit : "";
}

function observedHeld(text: string | undefined): string[] {
  const held = parseUpgradesFile(text ?? "");
  return text === upgradesFile(held) ? held : [];
}

/** It counts only with the first RAM disk written after it; one that was cut off shows as the step still to be taken. */
function observedNouveau(
  { nouveau, nouveauApplied }: RawPreparation["files"],
  wanted: Preparation["nouveau"],
): Preparation["nouveau"] {
  const [written, applied] = [nouveau === nouveauFile, nouveauApplied === nouveauFile];
  if (wanted === "off") return written && applied ? "off" : "unmanaged";
  return written || nouveauApplied !== undefined ? "off" : "unmanaged";
}

const NOTHING = { open: [], operatorPorts: [], operators: [], nodePorts: [], nodes: [], podNetworks: [] };

function observedFirewall(
  { live, recorded, kept, ufw }: RawPreparation["firewall"],
  text: string | undefined,
  wanted: Firewall,
): Firewall {
  const declared = parseFirewallFile(text ?? "");
  if (text === undefined || declared === undefined) {
    const nothing = wanted.state === "unmanaged" && text === undefined ? "unmanaged" : "off";
    const left = live !== "" || (ufw !== undefined && compareUfw(ufw, []) !== "same");
    return { ...NOTHING, state: left ? "edited" : nothing };
  }
  const unedited = text === firewallFile({ ...declared, state: "on" });
  return { ...declared, state: ufw === undefined ? inTables() : inUfw(ufw) };

  function inTables(): FirewallState {
    if (live === "") return "off";
    if (!unedited || live !== recorded) return "edited";
    return kept ? "on" : "not kept";
  }

  function inUfw(rules: readonly string[]): FirewallState {
    const own = declared === undefined ? [] : ufwRules({ ...declared, state: "on" });
    const found = compareUfw(rules, own);
    if (found === "nothing of ours") return "off";
    // Our own table may be left from before ufw was turned on.
    return found === "same" && unedited && live === "" ? "on" : "edited";
  }
}
