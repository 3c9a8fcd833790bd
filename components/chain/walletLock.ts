import { mkdir, rm, rmdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { type LockOwner, readLockOwner, removeDeadLock } from "./deadLock.ts";
import { ChainError, WalletBusy } from "./errors.ts";

/** The library's own way to take a stale lock lets two at once have it: `removeDeadLock` does it instead. */
const neverStale = Number.MAX_SAFE_INTEGER;
const refreshMs = 2_000;
const pollMs = 100;

/** A held lock. */
export interface WalletLock {
  /** @throws ChainError when the lock was lost, as after the machine slept */
  assertHeld(): void;
  release(): Promise<void>;
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
        stale: neverStale,
        update: refreshMs,
        onCompromised: (error) => {
          lost = error;
        },
      });
      const owner: LockOwner = { pid: process.pid, host: hostname() };
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
    if (await removeDeadLock(file)) continue;
    if (Date.now() - started > waitMs) {
      const owner = await readLockOwner(file);
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
