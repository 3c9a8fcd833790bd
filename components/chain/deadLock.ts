import { mkdir, readFile, rmdir, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { isAlive } from "../../toolchain/alive.ts";

/** A lock not refreshed for this long is free, in milliseconds. */
const staleMs = 10_000;

/** Who holds a wallet's lock. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
}

/** What the holder of a lock wrote beside it; undefined where there is nothing to read. */
export async function readLockOwner(file: string): Promise<LockOwner | undefined> {
  try {
    return JSON.parse(await readFile(`${file}.owner`, "utf8")) as LockOwner;
  } catch {
    return undefined;
  }
}

/**
 * Removes a lock whose holder died on this machine, or that was not refreshed for ten seconds. One process at a time
 * judges and removes: of two that wait, the second would remove the new lock of the first.
 *
 * @param file path without ending, as in `lockWallet`
 * @param judged called between the judgement and the removal
 * @returns whether it was removed, so that everybody may try to take it
 */
export async function removeDeadLock(
  file: string,
  judged: () => Promise<void> = async () => {},
): Promise<boolean> {
  const turn = `${file}.takeover`;
  try {
    // Without a turn, so that waiting for one who lives costs no writing.
    if (!(await isDead(file))) return false;
    if (!(await takeTurn(turn))) return false;
    try {
      if (!(await isDead(file))) return false;
      await judged();
      await rmdir(`${file}.lock`);
      return true;
    } finally {
      await rmdir(turn);
    }
  } catch {
    // What cannot be judged or removed is waited for; its holder may just have given it back.
    return false;
  }
}

async function takeTurn(turn: string): Promise<boolean> {
  try {
    await mkdir(turn);
    return true;
  } catch {
    // A turn takes a moment; one of this age is of a process that was killed in it.
    if (await isOld(turn)) await rmdir(turn);
    return false;
  }
}

async function isDead(file: string): Promise<boolean> {
  if (await isOld(`${file}.lock`)) return true;
  const owner = await readLockOwner(file);
  if (owner === undefined || owner.host !== hostname() || isAlive(owner.pid)) return false;
  const [lockStat, ownerStat] = [await stat(`${file}.lock`), await stat(`${file}.owner`)];
  // An owner older than the lock is that of the lock before: its holder has not written its own yet.
  return ownerStat.mtimeMs >= lockStat.birthtimeMs;
}

async function isOld(path: string): Promise<boolean> {
  return (await stat(path)).mtimeMs < Date.now() - staleMs;
}
