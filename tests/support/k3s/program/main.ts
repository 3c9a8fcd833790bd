import { join } from "node:path";
import { runAgent } from "./agent.ts";
import { bundleKey, readBundle, seal } from "./bootstrap.ts";
import { say } from "./children.ts";
import { usesEtcd } from "./datastore.ts";
import { Etcd } from "./etcd.ts";
import { resetCluster, runServer } from "./server.ts";
import { loadSettings, type Role, serverFolder } from "./settings.ts";
import { newSecret, parseToken, secretIn, writeTokens } from "./token.ts";

const beside = "etcd/command-line";
const version = process.env["K3S_STAND_IN_VERSION"] ?? "";

/** `--name=value`, `--name value` and `--name` (true), by name. */
function parseFlags(args: readonly string[]): Record<string, string> {
  const flags: Record<string, string> = {};
  for (let index = 0; index < args.length; index++) {
    const [, name, value] = /^--?([^=]+)(?:=(.*))?$/s.exec(args[index] ?? "") ?? [];
    if (name === undefined) throw new Error(`No help topic for '${args[index]}'`);
    const next = args[index + 1];
    if (value !== undefined) flags[name] = value;
    else if (next !== undefined && !next.startsWith("-")) {
      flags[name] = next;
      index++;
    } else flags[name] = "true";
  }
  return flags;
}

async function run(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args;
  const settings = (role: Role, flags: Record<string, string>) => loadSettings(role, version, flags);
  switch (command) {
    case "--version":
      process.stdout.write(`k3s version ${version} (5tand1n0)\ngo version go1.24.11\n`);
      return;
    case "server": {
      const flags = parseFlags(rest);
      const snapshot = flags["cluster-reset-restore-path"];
      if (flags["cluster-reset"] !== "true") return runServer(settings("server", flags));
      if (snapshot === undefined) throw new Error("--cluster-reset without a snapshot is not stood in for");
      await resetCluster(settings("server", flags), snapshot);
      return process.exit(0);
    }
    case "agent":
      return runAgent(settings("agent", parseFlags(rest)));
    case "etcd-snapshot": {
      const [action = "save", ...flags] = rest;
      if (action !== "save") throw new Error(`etcd-snapshot ${action} is not stood in for`);
      return saveSnapshot(parseFlags(flags));
    }
    case "token":
      if (rest[0] !== "rotate") throw new Error(`token ${rest[0]} is not stood in for`);
      return rotateToken(parseFlags(rest.slice(1)));
    default:
      throw new Error(`k3s ${command ?? ""} is not stood in for`);
  }
}

async function saveSnapshot(flags: Record<string, string>): Promise<void> {
  const settings = loadSettings("server", version, flags);
  if (!usesEtcd(settings)) throw new Error("etcd datastore disabled");
  const folder =
    flags["etcd-snapshot-dir"] ?? flags["dir"] ?? join(serverFolder(settings), "db", "snapshots");
  const name = `${flags["name"] ?? "on-demand"}-${settings.nodeName}-${Math.floor(Date.now() / 1000)}`;
  await new Etcd(settings, "etcd", beside).snapshot(join(folder, name));
  say("info", `Snapshot ${name} saved.`);
}

/** Replaces the secret in the file and in the data; a server checks the file at every request. */
async function rotateToken(flags: Record<string, string>): Promise<void> {
  const settings = loadSettings("server", version, flags);
  const folder = serverFolder(settings);
  const secret = flags["new-token"] === undefined ? newSecret() : parseToken(flags["new-token"]).secret;
  const etcd = new Etcd(settings, usesEtcd(settings) ? "etcd" : ".sqlite-stand-in", beside);
  await etcd.put(bundleKey(secret), seal(readBundle(folder), secret));
  const agent = settings.agentToken === undefined ? undefined : secretIn(folder, "agent-token");
  writeTokens(folder, secret, agent);
  process.stdout.write("Token rotated, restart k3s nodes with new token\n");
}

run(process.argv.slice(2)).catch((error: Error) => {
  say("fatal", `Error: ${error.message}`);
  process.exit(1);
});
