import { mkdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { signingStateFolder } from "../../components/chain/signingState.ts";

/** What one run saw that a later one compares with. */
export interface Reading {
  /** ISO 8601. */
  readonly at: string;
  readonly chainId: string;
  readonly owner: string;
  /** How many transactions the wallet had signed. */
  readonly sequence: number;
  /** Whether the provider, which signs too, had a running pod. */
  readonly providerRan: boolean;
  /** What the wallet holds and what is locked in bids together, base units of the fee's denomination. */
  readonly funds: string;
}

/** Readings of earlier runs, oldest first, kept in a file of the state folder. */
export interface History {
  readings(): Promise<readonly Reading[]>;
  add(reading: Reading): Promise<void>;
}

/** A week of readings, an hour apart. */
const MOST = 170;
const APART_MS = 3_600_000;

/** What is kept of a site: what runs saw, and what was told of its failures. */
type Kept = "readings" | "alerts";

/** File of one site in the state folder. */
export function doctorFile(site: string, kind: Kept, folder = signingStateFolder()): string {
  return join(folder, "doctor", `${site.replace(/[^\w.-]/g, "_")}.${kind}.json`);
}

/** Removes what is kept of a site that is no more: one of the same name is another one. */
export async function forgetSite(site: string, folder = signingStateFolder()): Promise<void> {
  const kept: readonly Kept[] = ["readings", "alerts"];
  await Promise.all(kept.map((kind) => rm(doctorFile(site, kind, folder), { force: true })));
  // What is kept of other sites keeps the folders.
  for (const empty of [join(folder, "doctor"), folder]) await rmdir(empty).catch(() => undefined);
}

export function openHistory(file: string): History {
  const readings = async (): Promise<readonly Reading[]> => {
    try {
      const content: unknown = JSON.parse(await readFile(file, "utf8"));
      return Array.isArray(content) ? (content as Reading[]) : [];
    } catch {
      return []; // The first run, or a file that broke: the readings only help to compare.
    }
  };
  return {
    readings,
    async add(reading) {
      const before = (await readings()).slice(-MOST + 1);
      const [older, last] = before.slice(-2);
      // The latest is always kept, of those before it one an hour: whoever looks often still sees a week.
      const close =
        older !== undefined && last !== undefined && Date.parse(last.at) - Date.parse(older.at) < APART_MS;
      const kept = close ? before.slice(0, -1) : before;
      await writeWhole(file, JSON.stringify([...kept, reading]));
    },
  };
}

/** Writes a file so that a reader sees the old or the new one, never a part. */
export async function writeWhole(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, content, { mode: 0o600 });
  await rename(fresh, file);
}
