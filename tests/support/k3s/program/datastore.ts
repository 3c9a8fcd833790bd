import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { say } from "./children.ts";
import { Etcd } from "./etcd.ts";
import { type Settings, serverFolder } from "./settings.ts";

/** Where a server's data is, by the rules of the real one. */
export interface Datastore {
  readonly etcd: Etcd;
  /** Whether it plays SQLite. */
  readonly sqlite: boolean;
  /** Call before the end: `state.db` then has everything. */
  save(): Promise<void>;
}

const db = (settings: Settings) => join(serverFolder(settings), "db");
const stateFile = (settings: Settings) => join(db(settings), "state.db");

/** Whether this server is a member of an etcd cluster already. */
export function hasEtcd(settings: Settings): boolean {
  return existsSync(join(db(settings), "etcd"));
}

/** Whether this server has, or is told to have, etcd. */
export function usesEtcd(settings: Settings): boolean {
  return hasEtcd(settings) || settings.clusterInit || settings.server !== undefined;
}

/**
 * Starts the datastore. Etcd plays SQLite too: nobody else translates its protocol here. `state.db` then is its
 * snapshot, written when the service starts and when it stops, and taken back when it was replaced in between; so
 * copies of a stopped server's data are good, and those of a running one are as old as its start.
 *
 * @param peer server to join etcd at
 */
export async function openDatastore(settings: Settings, peer: string | undefined): Promise<Datastore> {
  const state = stateFile(settings);
  mkdirSync(db(settings), { recursive: true, mode: 0o700 });
  if (usesEtcd(settings)) {
    const etcd = new Etcd(settings);
    if (etcd.name === "" && existsSync(state)) {
      say("info", "Migrating content from sqlite to etcd");
      etcd.restore(state);
      renameSync(state, `${state}.migrated`);
    }
    if (peer === undefined) await etcd.start();
    else await etcd.join(peer);
    return { etcd, sqlite: false, save: async () => {} };
  }
  const etcd = new Etcd(settings, ".sqlite-stand-in");
  const known = `${state}-stand-in-sha256`;
  if (existsSync(state) && (!existsSync(known) || readFileSync(known, "utf8") !== hash(state)))
    etcd.restore(state);
  await etcd.start();
  const save = async () => {
    await etcd.snapshot(state);
    writeFileSync(known, hash(state), { mode: 0o600 });
  };
  await save();
  return { etcd, sqlite: true, save };
}

function hash(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
