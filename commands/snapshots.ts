import { Command } from "commander";
import { DATA_DIR } from "../components/k3s/binary.ts";
import { snapshotKeyPath } from "../components/k3s/names.ts";
import { findServers } from "../components/k3s/servers.ts";
import { restoreSnapshot, takeSnapshot } from "../components/k3s/snapshots.ts";
import { addressOf } from "../components/nodes/machines.ts";
import type { SiteConfig } from "../components/site/config.ts";
import { nodesDeclaration } from "../components/site/nodes.ts";
import { confirmed } from "./confirm.ts";
import { jsonOption, type StackOptions, stackOption } from "./options.ts";
import { readStack, StackError } from "./stack.ts";

export function snapshotCommand(): Command {
  return new Command("snapshot")
    .summary("save the cluster's data")
    .description(
      "Saves the data of a cluster made from `nodes`, encrypted, on a server and on this machine. Servers do so every\n" +
        "night by themselves, and `up` does so before each step that could lose something.",
    )
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (options: StackOptions) => {
      const cluster = await clusterOf(options.stack);
      const [server] = cluster.servers;
      if (server === undefined) return;
      const { path, file } = await takeSnapshot({ ...cluster, address: server }, "by-hand", say);
      const result = {
        server: server.host,
        path,
        ...(file === undefined ? {} : { file }),
        keyFile: cluster.keyFile,
      };
      if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
      else {
        process.stdout.write(
          `Saved: ${file ?? `${path} on ${server.host}`}\nIt opens with ${cluster.keyFile} alone: keep a copy of that file elsewhere.\n`,
        );
      }
    });
}

export function restoreCommand(): Command {
  return new Command("restore")
    .summary("put the cluster's data back")
    .description(
      "Puts the data of a cluster made from `nodes` back as it was in a snapshot. Whatever happened since is lost, and\n" +
        "pods of leases that ended since come back until the provider sees that they did.",
    )
    .argument("<file>", "the snapshot, a file on this machine")
    .addOption(stackOption())
    .option("-y, --yes", "do not ask", false)
    .addOption(jsonOption())
    .action(async (file: string, options: StackOptions & { yes: boolean }) => {
      const { servers, dataDir, keyFile } = await clusterOf(options.stack);
      if (!options.yes) {
        if (!process.stdin.isTTY)
          throw new StackError("`restore` asks before it overwrites. Pass --yes to do it unattended.");
        const sure = await confirmed(
          `Replace the data of the cluster on ${servers.map(({ host }) => host).join(", ")} by ${file}?`,
        );
        if (!sure) throw new StackError("Nothing was changed.");
      }
      await restoreSnapshot({ servers, file, keyFile, dataDir, progress: say });
      if (options.json) process.stdout.write(`${JSON.stringify({ restored: file })}\n`);
      else
        process.stdout.write(
          `Restored. \`npm run up -- -s ${options.stack}\` brings it to what is declared.\n`,
        );
    });
}

function say(line: string): void {
  process.stderr.write(`  ${line}\n`);
}

async function clusterOf(stackName: string) {
  const { site } = await readStack(stackName);
  const { nodes, k3s } = requireNodes(site);
  const dataDir = k3s.dataDir ?? DATA_DIR;
  const keyFile = k3s.snapshots?.keyFile ?? snapshotKeyPath(site.name);
  const { at = "", keep = 14 } = k3s.snapshots ?? {};
  const servers = await findServers(nodes.map(addressOf), dataDir);
  return { site: site.name, dataDir, keyFile, servers, snapshots: { at, keep, keyFile } };
}

function requireNodes(site: SiteConfig) {
  const declaration = nodesDeclaration(site);
  if (declaration !== undefined) return declaration;
  throw new StackError(
    `Site ${site.name} runs on a cluster of somebody else's (\`cluster\`); its data is saved by whoever runs that.`,
  );
}
