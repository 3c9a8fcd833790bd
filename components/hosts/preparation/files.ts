import type { Preparation } from "./types.ts";

/** Stands at the top of every file that is ours; what has no such line is never touched or removed. */
export const HEADER = "Managed by pulumi-akash; edits are undone.";

/** Files that a machine is given, by the name that `scripts/prepared.sh` knows them by. */
export const PATHS = {
  sysctl: "/etc/sysctl.d/90-pulumi-akash.conf",
  journal: "/etc/systemd/journald.conf.d/pulumi-akash.conf",
  upgrades: "/etc/apt/apt.conf.d/52pulumi-akash",
  nouveau: "/etc/modprobe.d/pulumi-akash-nouveau.conf",
  /** Copy of the former that is written once the first RAM disk holds it. */
  nouveauApplied: "/etc/pulumi-akash/nouveau.applied",
  firewall: "/etc/pulumi-akash/firewall.nft",
  ssh: "/etc/ssh/sshd_config.d/00-pulumi-akash.conf",
} as const;

export type FileName = keyof typeof PATHS;

export function sysctlFile(settings: Preparation["sysctl"]): string {
  return file(
    "#",
    Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
  );
}

/** The settings that a file of the above form makes, comments and blank lines left out. */
export function parseSysctlFile(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split("\n").flatMap((line) => {
      const [, name, value = ""] = /^([\w./-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value]];
    }),
  );
}

export function journalFile(limit: string): string {
  return file("#", ["[Journal]", `SystemMaxUse=${limit}`]);
}

export function parseJournalFile(text: string): string {
  return /^SystemMaxUse=(\S+)$/m.exec(text)?.[1] ?? "";
}

/** Patterns are regular expressions at the beginning of a package's name. */
export function upgradesFile(held: readonly string[]): string {
  return file("//", [
    "Unattended-Upgrade::Package-Blacklist {",
    ...held.map((prefix) => `  "${prefix}";`),
    "};",
    'Unattended-Upgrade::Automatic-Reboot "false";',
  ]);
}

export function parseUpgradesFile(text: string): string[] {
  return [...text.matchAll(/^\s+"([^"]+)";$/gm)].map(([, prefix = ""]) => prefix);
}

export const nouveauFile = file("#", ["blacklist nouveau", "options nouveau modeset=0"]);

export const sshFile = file("#", [
  "PasswordAuthentication no",
  "KbdInteractiveAuthentication no",
  "PermitRootLogin prohibit-password",
  "X11Forwarding no",
]);

/** A file of ours: the header as a comment, and the lines. Ends with a line feed. */
export function file(comment: string, lines: readonly string[]): string {
  return [`${comment} ${HEADER}`, ...lines, ""].join("\n");
}
