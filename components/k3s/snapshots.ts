import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { onHost } from "../hosts/connect.ts";
import { hostScript } from "../hosts/script.ts";
import type { HostAddress } from "../hosts/types.ts";
import { SnapshotFailed } from "./errors.ts";
import { siteFolder } from "./names.ts";
import { snapshotFiles } from "./nodeFiles.ts";
import type { NodeInputs } from "./nodeInputs.ts";
import { ensureSnapshotKey, readSnapshotKey } from "./snapshotKey.ts";
import { readTokens } from "./tokens.ts";

/** Snapshots of risky steps that are kept on this machine. */
const KEPT_HERE = 10;

/** Files above this size stay on the server alone. */
const LARGEST_BYTES = 512 * 1024 * 1024;

const script = hostScript("k3s/scripts/snapshot.sh", {
  step: "snapshot of the cluster's data",
  facts: z.object({ path: z.string(), bytes: z.number() }),
});

/** A snapshot that was taken. */
export interface Snapshot {
  /** Path on the server. */
  readonly path: string;
  /** Path on this machine; absent when it is too large to be copied. */
  readonly file?: string;
}

/**
 * Takes an encrypted snapshot on a server and copies it here, so that it outlives the server.
 *
 * @param reason a word for its name, for example `before-upgrade`
 * @throws SnapshotFailed and the errors of the host
 */
export async function takeSnapshot(
  node: Pick<NodeInputs, "site" | "address" | "dataDir" | "snapshots">,
  reason: string,
  progress: (line: string) => void = () => {},
): Promise<Snapshot> {
  const { site, address, snapshots } = node;
  if (snapshots === undefined) {
    throw new SnapshotFailed(`${address.host} is no server; it has no data of the cluster to save.`);
  }
  const { recipient } = await ensureSnapshotKey(snapshots.keyFile, site);
  const files = (await snapshotFiles(node, recipient)).filter(
    ({ path }) => !path.startsWith("/etc/systemd/"),
  );
  return onHost(address, async (host) => {
    for (const { path, content, mode } of files) await host.write(path, content, Number.parseInt(mode, 8));
    const { path, bytes } = await host.script(script, { reason }, { progress, timeoutSeconds: 900 });
    if (bytes > LARGEST_BYTES) return { path };
    const text = await host.read(path);
    if (text === undefined)
      throw new SnapshotFailed(`${host.name} has no ${path} any more. Take the snapshot again.`);
    return { path, file: await keepHere(site, basename(path), text) };
  });
}

async function keepHere(site: string, name: string, text: string): Promise<string> {
  const folder = join(siteFolder(site), "snapshots");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, name);
  await writeFile(file, text, { mode: 0o600 });
  const names = (await readdir(folder)).filter((entry) => entry.endsWith(".cms")).sort();
  for (const old of names.slice(0, -KEPT_HERE)) await rm(join(folder, old), { force: true });
  return file;
}

export interface RestoreOptions {
  /** Servers of the cluster; the first one gets the data, the others take it from there. */
  readonly servers: readonly HostAddress[];
  /** The snapshot, a file on this machine. */
  readonly file: string;
  readonly keyFile: string;
  readonly dataDir: string;
  readonly progress?: (line: string) => void;
}

const restoreScript = hostScript("k3s/scripts/restore.sh", {
  step: "restore of the cluster's data",
  facts: z.object({ datastore: z.enum(["sqlite", "etcd"]) }),
});
const stopScript = hostScript("k3s/scripts/stop.sh", { step: "stop of K3s" });
const startScript = hostScript("k3s/scripts/start.sh", { step: "start of K3s" });
const rejoinScript = hostScript("k3s/scripts/rejoin.sh", { step: "return to the cluster" });

/**
 * Puts the cluster's data back. Everything that happened since the snapshot is lost: objects made after it are gone,
 * and pods of leases that ended since come back.
 *
 * @throws SnapshotFailed when the file or the key cannot be read, and the errors of the hosts
 */
export async function restoreSnapshot(options: RestoreOptions): Promise<void> {
  const { servers, file, keyFile, dataDir, progress = () => {} } = options;
  const [first, ...others] = servers;
  if (first === undefined)
    throw new SnapshotFailed("There is no server to restore to. Name one in `servers`.");
  const { privateKey } = await readSnapshotKey(keyFile);
  const input = await readFile(file).catch(() => {
    throw new SnapshotFailed(`${file} cannot be read. Name a snapshot that is there.`);
  });
  for (const other of others) await onHost(other, (host) => host.script(stopScript, {}, { progress }));
  await onHost(first, (host) =>
    host.script(
      restoreScript,
      { dataDir },
      { secrets: { key: privateKey }, input, progress, timeoutSeconds: 900 },
    ),
  );
  const { server: joinToken } = await readTokens(first, dataDir);
  for (const other of others) {
    await onHost(other, async (host) => {
      await host.script(rejoinScript, { dataDir }, { secrets: { joinToken }, progress, timeoutSeconds: 300 });
      await host.script(startScript, {}, { progress, timeoutSeconds: 300 });
    });
  }
}
