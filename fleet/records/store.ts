import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { backendFolder } from "../../commands/backend.ts";
import type { RolloutRecord } from "../rollout/record.ts";
import { type Bucket, openBucket } from "./bucket.ts";

/** Where the records of rollouts are kept. */
export interface RecordStore {
  /** For people: a folder or an address. */
  readonly where: string;
  /** Keeps a record, in place of the one with the same id. */
  write(record: RolloutRecord): Promise<void>;
  /** The last records, newest first. */
  recent(limit: number): Promise<RolloutRecord[]>;
}

/** Beside the engine's own folder, `.pulumi`, and in the same form on every backend. */
const FOLDER = ".pulumi-akash/rollouts";

/**
 * Records belong beside the state they tell of, so that everybody who shares the state sees them: in the folder of
 * a file backend and in the bucket of an S3-compatible one. Other backends take no files; there, and where the
 * bucket's credentials are not in the environment, they are kept in the state folder of this machine's user.
 *
 * @param backend address of the engine's backend
 */
export function openRecordStore(backend: string, env: NodeJS.ProcessEnv = process.env): RecordStore {
  const folder = backendFolder(backend);
  if (folder !== undefined) return folderStore(join(folder, FOLDER));
  const bucket = openBucket(backend, env);
  if (bucket !== undefined) return bucketStore(bucket, backend);
  const state = env["XDG_STATE_HOME"] || join(homedir(), ".local", "state");
  return folderStore(join(state, "pulumi-akash", "rollouts"));
}

function folderStore(folder: string): RecordStore {
  return {
    where: folder,
    async write(record) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = join(folder, `${record.id}.json`);
      await writeFile(`${file}.new`, serialize(record), { mode: 0o600 });
      await rename(`${file}.new`, file);
    },
    async recent(limit) {
      const names = await readdir(folder).catch(() => []);
      const newest = names.filter(isRecord).sort().reverse().slice(0, limit);
      return Promise.all(newest.map(async (name) => parse(await readFile(join(folder, name), "utf8"))));
    },
  };
}

function bucketStore(bucket: Bucket, backend: string): RecordStore {
  const key = (name: string) => `${FOLDER}/${name}`;
  return {
    where: `${backend.split("?")[0]}/${FOLDER}`,
    write: (record) => bucket.put(key(`${record.id}.json`), serialize(record)),
    async recent(limit) {
      const names = (await bucket.list(`${FOLDER}/`)).filter(isRecord).sort().reverse().slice(0, limit);
      return Promise.all(names.map(async (name) => parse(await bucket.get(name))));
    },
  };
}

function isRecord(name: string): boolean {
  return name.endsWith(".json");
}

function serialize(record: RolloutRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

function parse(text: string): RolloutRecord {
  return JSON.parse(text) as RolloutRecord;
}
