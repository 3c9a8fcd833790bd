import { mkdir, readFile, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { isAlive } from "../../toolchain/alive.ts";
import { ChainError, WalletBusy } from "./errors.ts";

/** A lock not refreshed for this long is free; the holder refreshes it every two seconds. */
const staleMs = 10_000;
const refreshMs = 2_000;
const pollMs = 100;

/** A held lock. */
export interface WalletLock {
  /** @throws ChainError when the lock was lost, as after the machine slept */
  assertHeld(): void;
  release(): Promise<void>;
}

interface Owner {
  readonly pid: number;
  readonly host: string;
}

/**
 * Takes the lock of one wallet, across processes. The lock of a process that died on this machine is taken
 * over at once, that of a process out of sight when it has not been refreshed for ten seconds.
 *
 * @param file path without ending; `.lock` and `.owner` are put beside it
 * @param waitMs how long to wait for another process
 * @throws WalletBusy
 */
export async function lockWallet(file: string, address: string, waitMs = 180_000): Promise<WalletLock> {
  const started = Date.now();
  for (;;) {
    let lost: Error | undefined;
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const release = await lock(file, {
        realpath: false,
        stale: staleMs,
        update: refreshMs,
        onCompromised: (error) => {
          lost = error;
        },
      });
      const owner: Owner = { pid: process.pid, host: hostname() };
      await writeFile(`${file}.owner`, JSON.stringify(owner), { mode: 0o600 });
      return {
        assertHeld: () => {
          if (lost) throw lockLost(address, lost);
        },
        release: async () => {
          await rm(`${file}.owner`, { force: true });
          // A lock that cannot be given back goes stale by itself; what was done under it is done.
          if (!lost) await release().catch(() => undefined);
          // An empty folder is tidied away; another wallet's files keep it.
          await rmdir(dirname(file)).catch(() => undefined);
        },
      };
    } catch (error) {
      // ENOENT: another process tidied the folder away while it was made or used.
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") continue;
      if (code !== "ELOCKED") throw error;
    }
    if (await yieldDeadLock(file)) continue;
    if (Date.now() - started > waitMs) {
      const owner = await readOwner(file);
      const holder = owner ? `process ${owner.pid} on ${owner.host}` : "another process";
      throw new WalletBusy(address, holder, Math.round(waitMs / 1000));
    }
    await sleep(pollMs);
  }
}

function lockLost(address: string, cause: Error): ChainError {
  return new ChainError(
    `The lock on wallet ${address} was lost (${cause.message}); nothing was signed since.`,
    "Run the same command again, and not while the machine is being suspended.",
    { cause },
  );
}

/** Ages the lock of a process that is dead, so that the next attempt takes it. */
async function yieldDeadLock(file: string): Promise<boolean> {
  const owner = await readOwner(file);
  if (owner === undefined || owner.host !== hostname() || isAlive(owner.pid)) return false;
  try {
    const [lockStat, ownerStat] = [await stat(`${file}.lock`), await stat(`${file}.owner`)];
    // An owner older than the lock is that of the lock before: its holder has not written its own yet.
    if (ownerStat.mtimeMs < lockStat.birthtimeMs) return false;
    await utimes(`${file}.lock`, 0, 0);
    return true;
  } catch {
    return false;
  }
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(`${file}.owner`, "utf8")) as Owner;
  } catch {
    return undefined;
  }
}
