import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { CONFIG_FILE, SCHEDULER_FILE, unitOf } from "./binary.ts";
import { kubeletFile } from "./kubernetesConfig.ts";
import type { NodeInputs } from "./nodeInputs.ts";

/** A file of a node. */
export interface NodeFile {
  readonly path: string;
  /** Octal, as `chmod` takes it. */
  readonly mode: string;
  readonly content: string;
  /** Whether K3s reads it at start only. */
  readonly restart: boolean;
}

const HEADER = "# Written by pulumi-akash: edits are undone.\n";
const UNITS = "/etc/systemd/system";
const SNAPSHOT_PROGRAM = "/usr/local/lib/pulumi-akash/k3s-snapshot";

/**
 * Everything that is written to a node but its tokens and passwords.
 *
 * @param recipient certificate that snapshots are encrypted for; needed on servers
 */
export async function nodeFiles(node: NodeInputs, recipient?: string): Promise<NodeFile[]> {
  const yaml = (path: string, content: object, mode = "600"): NodeFile => ({
    path,
    mode,
    content: HEADER + stringify(content),
    restart: true,
  });
  return [
    yaml(CONFIG_FILE, node.config),
    yaml(kubeletFile(node.dataDir), node.kubelet),
    ...(node.scheduler === undefined ? [] : [yaml(SCHEDULER_FILE, node.scheduler)]),
    { path: `${UNITS}/${unitOf(node.role)}`, mode: "644", content: node.unit, restart: true },
    ...Object.entries(node.manifests).map(([name, content]) => ({
      path: `${node.dataDir}/server/manifests/${name}`,
      mode: "600",
      content,
      restart: false,
    })),
    ...(recipient === undefined ? [] : await snapshotFiles(node, recipient)),
  ];
}

/** What takes snapshots on a server, and when. */
export async function snapshotFiles(
  { dataDir, snapshots }: Pick<NodeInputs, "dataDir" | "snapshots">,
  recipient: string,
): Promise<NodeFile[]> {
  if (snapshots === undefined) return [];
  const program = await readFile(join(import.meta.dirname, "scripts", "k3s-snapshot.sh"), "utf8");
  const file = (path: string, content: string, mode = "644"): NodeFile => ({
    path,
    mode,
    content,
    restart: false,
  });
  return [
    file("/etc/pulumi-akash/snapshots.crt", recipient),
    file("/etc/pulumi-akash/k3s-snapshot.conf", `data_dir=${dataDir}\nkeep=${snapshots.keep}\n`),
    file(SNAPSHOT_PROGRAM, program, "755"),
    file(
      `${UNITS}/k3s-snapshot.service`,
      `${HEADER}[Unit]\nDescription=Encrypted snapshot of the cluster's data\nAfter=k3s.service\nConditionPathExists=${dataDir}/server/token\n\n[Service]\nType=oneshot\nExecStart=${SNAPSHOT_PROGRAM} scheduled\n`,
    ),
    file(
      `${UNITS}/k3s-snapshot.timer`,
      `${HEADER}[Unit]\nDescription=When the cluster's data is saved\n\n[Timer]\nOnCalendar=${snapshots.at}\nRandomizedDelaySec=10m\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n`,
    ),
  ];
}

/** Files that an earlier declaration may have left and this one has not. */
export function absentFiles(node: NodeInputs, before?: Pick<NodeInputs, "manifests">): string[] {
  const dropped = Object.keys(before?.manifests ?? {}).filter((name) => !(name in node.manifests));
  return [
    ...(node.scheduler === undefined ? [SCHEDULER_FILE] : []),
    ...dropped.map((name) => `${node.dataDir}/server/manifests/${name}`),
  ];
}
