import { setTimeout as sleep } from "node:timers/promises";
import type { Wallet } from "../wallet/types.ts";
import { readAccount } from "./account.ts";
import type { ChainConnection } from "./client.ts";
import { InsufficientFunds, TransactionRefused } from "./errors.ts";
import { faultPoint } from "./faults.ts";
import { checkFee, feeFor, gasLimit } from "./fees.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import { encodeMessage } from "./messages.ts";
import { type SettleOptions, settle } from "./settle.ts";
import { simulate } from "./simulation.ts";
import { signTransaction, unsignedTransaction } from "./transaction.ts";
import type { ChainMessage, RecoveredTransaction, TransactionReceipt } from "./types.ts";
import type { WalletLock } from "./walletLock.ts";

/** What sending takes; the wallet is locked for as long as it is used. */
export interface Sender {
  readonly chain: ChainConnection;
  readonly wallet: Wallet;
  readonly lock: WalletLock;
  readonly journal: Journal;
  readonly settle?: Pick<SettleOptions, "patienceMs">;
}

/** Blocks a transaction is valid for: after them an unknown outcome is a known one. */
const validBlocks = 30;

/** Waits between attempts when another signer was faster; together longer than two blocks of 6 s. */
const sequenceRetriesMs = [200, 500, 1000, 2000, 4000, 7000];

/**
 * Signs the messages as one transaction, sends it and waits until a block has executed it.
 *
 * @throws FeeTooHigh, InsufficientFunds before anything is signed
 * @throws TransactionRefused, TransactionExpired when nothing was executed
 * @throws TransactionUnknown when that could not be learnt; the journal keeps it
 */
export async function send(sender: Sender, messages: readonly ChainMessage[]): Promise<TransactionReceipt> {
  for (const waitMs of sequenceRetriesMs) {
    try {
      return await signAndSettle(sender, messages);
    } catch (error) {
      if (!(error instanceof TransactionRefused && error.isSequenceMismatch)) throw error;
    }
    await sleep(waitMs);
  }
  return signAndSettle(sender, messages);
}

/**
 * Ends what an interrupted run left behind, before anything new is signed.
 *
 * @returns that run's transaction, when it was executed
 */
export async function recover(sender: Sender): Promise<RecoveredTransaction | undefined> {
  const entry = await sender.journal.read();
  if (!entry) return undefined;
  const settlement = await settle(sender.chain, entry, { ...sender.settle, recovering: true });
  await sender.journal.remove();
  return "receipt" in settlement ? { receipt: settlement.receipt, messages: entry.messages } : undefined;
}

async function signAndSettle(sender: Sender, messages: readonly ChainMessage[]): Promise<TransactionReceipt> {
  const { chain, journal } = sender;
  const entry = await sign(sender, messages);
  await journal.write(entry);
  const settlement = await settle(chain, entry, sender.settle);
  await journal.remove();
  if ("failure" in settlement) throw settlement.failure;
  return settlement.receipt;
}

async function sign(
  { chain, wallet, lock }: Sender,
  messages: readonly ChainMessage[],
): Promise<JournalEntry> {
  const { address } = wallet;
  const { chainId, gasPrice } = chain.network;
  const [account, balances, { height }] = await Promise.all([
    readAccount(chain, address),
    chain.balances(address),
    chain.latestBlock(),
  ]);
  const least = feeFor(gasLimit(0n), gasPrice);
  if (!account) throw new InsufficientFunds(address, least.denom, least.amount, 0n);
  const parts = {
    chainId,
    account,
    messages: messages.map((message) => encodeMessage(chain.generation, message)),
    timeoutHeight: height + validBlocks,
  };
  const gas = gasLimit(await simulate(chain, unsignedTransaction(wallet, parts)));
  checkFee(gas, gasPrice, messages.length);
  const { amount, denom } = feeFor(gas, gasPrice);
  const available = balances[denom] ?? 0n;
  if (available < amount) throw new InsufficientFunds(address, denom, amount, available);
  lock.assertHeld();
  faultPoint("before-signing");
  const { bytes, hash } = await signTransaction(wallet, parts, { gasLimit: gas, amount, denom });
  return {
    chainId,
    address,
    hash,
    bytes: Buffer.from(bytes).toString("base64"),
    sequence: account.sequence,
    timeoutHeight: parts.timeoutHeight,
    messages: messages.map(({ type }) => type),
    fee: `${amount}${denom}`,
    signedAt: Date.now(),
  };
}
