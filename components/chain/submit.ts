import { setTimeout as sleep } from "node:timers/promises";
import { openWallet } from "../wallet/openWallet.ts";
import type { WalletSource } from "../wallet/types.ts";
import { type BatchItem, sendBatch } from "./batch.ts";
import { openChain } from "./client.ts";
import { Journal } from "./journal.ts";
import { resolveNetwork } from "./networks.ts";
import { signingStateFolder, walletFile } from "./signingState.ts";
import type { MessageBuilder, NetworkConfig, NetworkReference, TransactionReceipt } from "./types.ts";
import { lockWallet } from "./walletLock.ts";

/** How long a batch waits for messages of other resources. */
const gatherMs = 80;

/** How long one of a provider's first two messages waits for the other, on a machine too busy for the above. */
const usualPartnerMs = 10_000;

export interface SubmitOptions {
  /**
   * Whether this is one of the two first messages of a provider, whose other one comes in the same run:
   * while the wallet has no record on chain, it is waited for. Default false.
   */
  readonly partnered?: boolean;
  /** How long it is waited for, in milliseconds. Default 10 s. */
  readonly partnerMs?: number;
}

interface Entry extends SubmitOptions {
  readonly build: MessageBuilder;
  resolve(receipt: TransactionReceipt | undefined): void;
  reject(error: unknown): void;
}

/** Batches that still take entries, and the end of the last batch of each queue; by wallet and chain. */
const gathering = new Map<string, Entry[]>();
const queues = new Map<string, Promise<void>>();

/**
 * Sends what `build` says is missing on the chain. Calls of one process for the same wallet that come within
 * 80 ms, or while the chain and the wallet are opened, share one transaction; after that, one transaction at a
 * time is signed for a wallet, also across processes. A builder that fails, or a message that the chain
 * refuses, fails its own caller only.
 *
 * @returns undefined when nothing was missing
 * @throws WalletBusy, NoUsableEndpoint, InsufficientFunds, TransactionRefused, TransactionExpired,
 *   TransactionUnknown, and what `build` and opening the wallet throw
 */
export function submit(
  reference: NetworkReference,
  source: WalletSource,
  build: MessageBuilder,
  options: SubmitOptions = {},
): Promise<TransactionReceipt | undefined> {
  return new Promise((resolve, reject) => {
    const network = resolveNetwork(reference);
    const key = JSON.stringify([network.chainId, source]);
    const entry = { build, resolve, reject, ...options };
    const open = gathering.get(key);
    if (open) {
      open.push(entry);
      return;
    }
    const batch = [entry];
    gathering.set(key, batch);
    const turn = Promise.all([sleep(gatherMs), queues.get(key)]).then(async () => {
      // Who comes while wallet, chain and lock are opened still shares the transaction.
      const close = () => {
        if (gathering.get(key) === batch) gathering.delete(key);
      };
      try {
        await run(network, source, batch, close);
      } catch (error) {
        close();
        for (const waiting of batch) waiting.reject(error);
      }
    });
    queues.set(key, turn);
  });
}

async function run(
  network: NetworkConfig,
  source: WalletSource,
  batch: readonly Entry[],
  close: () => void,
): Promise<void> {
  const [wallet, chain, { recover, send }] = await Promise.all([
    openWallet(source),
    openChain(network),
    // Signing takes 0.2 s to load, which a run that only reads is spared.
    import("./send.ts"),
  ]);
  const file = walletFile(signingStateFolder(), network.chainId, wallet.address);
  const lock = await lockWallet(file, wallet.address);
  // Callers hear when the lock is released: who is done leaves nothing behind.
  const outcomes: (() => void)[] = [];
  try {
    const sender = { chain, wallet, lock, journal: new Journal(file) };
    const recovered = await recover(sender);
    if (lacksPartner(batch) && !(await chain.provider(wallet.address))) await partnerOf(batch);
    close();
    const items = await Promise.all(
      batch.map(async ({ build, resolve, reject }): Promise<BatchItem[]> => {
        const item = {
          resolve: (receipt?: TransactionReceipt) => void outcomes.push(() => resolve(receipt)),
          reject: (error: unknown) => void outcomes.push(() => reject(error)),
        };
        try {
          const messages = await build({ chain, wallet, recovered });
          if (messages.length > 0) return [{ messages, ...item }];
          item.resolve();
        } catch (error) {
          item.reject(error);
        }
        return [];
      }),
    );
    await sendBatch(items.flat(), (messages) => send(sender, messages));
  } finally {
    await lock.release();
    for (const deliver of outcomes) deliver();
  }
}

function lacksPartner(batch: readonly Entry[]): boolean {
  return batch.filter(({ partnered }) => partnered).length === 1;
}

async function partnerOf(batch: readonly Entry[]): Promise<void> {
  const { partnerMs = usualPartnerMs } = batch.find(({ partnered }) => partnered) ?? {};
  const until = Date.now() + partnerMs;
  while (lacksPartner(batch) && Date.now() < until) await sleep(gatherMs);
}
