import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Progress, withLock } from "../toolchain/index.ts";
import { chainStatus, startChain, stopChain } from "./chain/chain.ts";
import { clusterStatus, startCluster, stopCluster } from "./cluster/cluster.ts";
import { readIfThere, replaceFile } from "./files.ts";
import type { EmbeddedServices, ProgramStatus, StartOptions } from "./types.ts";
import { ensureWallet } from "./wallet.ts";

/** Enough for any number of registrations, bids and leases: 1 000 000 AKT. */
const walletCoins = "1000000000000uakt";
const lockName = "lock";

/**
 * Ensures that the embedded cluster and chain run, whatever state they are in: makes them, starts them,
 * heals them or finds them running (in well under a second). They live on after this process ends. Of two
 * calls at once, also from different processes, one starts them and the other waits for it.
 *
 * @throws ServiceFailed, SetupFailed, WalletLost
 */
export async function ensureEmbedded(options: StartOptions): Promise<EmbeddedServices> {
  const { toolchain, progress } = options;
  const folder = resolve(options.folder);
  return locked(folder, progress, async () => {
    const [chain, cluster] = await Promise.all([
      startFundedChain(folder, options),
      startCluster({
        folder: join(folder, "cluster"),
        kubeconfig: join(folder, "kubeconfig"),
        toolchain,
        progress,
      }),
    ]);
    const services: EmbeddedServices = { ...chain, cluster };
    replaceFile(servicesFile(folder), JSON.stringify(services, undefined, 2));
    return services;
  });
}

/**
 * Ends the processes that were started from this folder, and nothing else, and removes the folder.
 */
export async function stopEmbedded(options: Pick<StartOptions, "folder" | "progress">): Promise<void> {
  const folder = resolve(options.folder);
  await locked(folder, options.progress, async () => {
    await Promise.all([stopChain(join(folder, "chain")), stopCluster(join(folder, "cluster"))]);
    for (const name of readdirSync(folder)) {
      if (name !== lockName) rmSync(join(folder, name), { recursive: true });
    }
  });
  removeIfEmpty(folder);
}

/** What `ensureEmbedded` last returned for this folder; undefined when nothing was started there. */
export async function readEmbedded(folder: string): Promise<EmbeddedServices | undefined> {
  const content = readIfThere(servicesFile(resolve(folder)));
  return content === undefined ? undefined : (JSON.parse(content) as EmbeddedServices);
}

/** Every program of the embedded services, running or not. */
export function statusEmbedded(folder: string): ProgramStatus[] {
  return [...chainStatus(join(folder, "chain")), ...clusterStatus(join(folder, "cluster"))];
}

async function startFundedChain(
  folder: string,
  { toolchain, progress }: StartOptions,
): Promise<Pick<EmbeddedServices, "chain" | "wallet">> {
  const chainFolder = join(folder, "chain");
  const mnemonicFile = join(folder, "wallet.mnemonic");
  const address =
    (existsSync(mnemonicFile) && (await readEmbedded(folder))?.wallet.address) ||
    (await ensureWallet(mnemonicFile, !existsSync(chainFolder)));
  const accounts = [{ address, coins: walletCoins }];
  const chain = await startChain({ folder: chainFolder, accounts, toolchain, progress });
  return { chain, wallet: { address, mnemonicFile } };
}

function servicesFile(folder: string): string {
  return join(folder, "services.json");
}

/** Holds the folder's lock; a folder that the holder before removed is made again. */
async function locked<T>(folder: string, progress: Progress | undefined, body: () => Promise<T>): Promise<T> {
  let entered = false;
  const onWait = () =>
    progress?.line("Another command starts or stops the embedded services; waiting for it.");
  for (;;) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      return await withLock(join(folder, lockName), { onWait, pollMs: 100 }, () => {
        entered = true;
        return body();
      });
    } catch (error) {
      if (entered || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

/** A command that waited may have put the folder to use again. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "ENOENT") throw error;
  }
}
