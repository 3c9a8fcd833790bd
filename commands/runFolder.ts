import { mkdtemp, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { startedWith } from "../embedded/index.ts";
import { isAlive } from "../toolchain/index.ts";

const prefix = `pulumi-akash-run-${hostname()}-`;

/** The variable that tells programs where their temporary files go. */
const variable = "TMPDIR";

/** A folder for the temporary files of one engine run, and the variable that sends them there. */
export interface RunFolder {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** Makes one, and removes those of runs on this machine that were killed. */
export async function makeRunFolder(place: string = tmpdir()): Promise<RunFolder> {
  await removeAbandoned(place);
  const folder = await mkdtemp(join(place, `${prefix}${process.pid}-`));
  return {
    folder,
    env: { [variable]: folder },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function removeAbandoned(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    const pid = name.startsWith(prefix) ? /^(\d+)-\w{6}$/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid === undefined || isAlive(Number(pid))) continue;
    const folder = join(place, name);
    // An engine whose command was killed finishes what is under way.
    if (startedWith(`${variable}=${folder}`).length > 0) continue;
    await rm(folder, { recursive: true, force: true });
  }
}
