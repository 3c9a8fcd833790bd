import { setTimeout as sleep } from "node:timers/promises";
import { readAccount } from "./account.ts";
import { broadcast, lookUp } from "./broadcast.ts";
import type { ChainConnection } from "./client.ts";
import { ChainError, TransactionExpired, type TransactionRefused, TransactionUnknown } from "./errors.ts";
import { faultPoint } from "./faults.ts";
import type { JournalEntry } from "./journal.ts";
import { judge, type Sighting, type Verdict } from "./settlement.ts";
import type { TransactionReceipt } from "./types.ts";

/** How it ended: executed, or failed with nothing of it left to wait for. */
export type Settlement =
  | { readonly receipt: TransactionReceipt }
  | { readonly failure: TransactionRefused | TransactionExpired };

export interface SettleOptions {
  /** The entry is of an earlier run that may have sent it. */
  readonly recovering?: boolean;
  /** How long to wait for an outcome; default 240 s, longer than a transaction is valid. */
  readonly patienceMs?: number;
}

/** Look-ups between two readings of height and sequence, and between two broadcasts of the same bytes. */
const lookupsPerReading = 4;
const lookupsPerBroadcast = 12;

/**
 * Brings a signed transaction to a known end: hands its bytes to a mempool, the same bytes as often as it
 * takes, and looks it up until a block has executed it or none ever can.
 *
 * @throws TransactionUnknown when the endpoints fail for too long; the journal must keep the entry then
 */
export async function settle(
  chain: ChainConnection,
  entry: JournalEntry,
  { recovering = false, patienceMs = 240_000 }: SettleOptions = {},
): Promise<Settlement> {
  const deadline = Date.now() + patienceMs;
  let mayBePending = recovering;
  let sent: Sighting["broadcast"] = "none";
  let refusal: TransactionRefused | undefined;
  let lookupsSincePassed = 0;
  let verdict: Verdict = recovering ? "wait" : "broadcast";
  let problem: unknown;
  for (let lookups = 0; Date.now() < deadline; lookups++) {
    try {
      if (verdict === "broadcast") {
        refusal = await broadcast(chain, entry, () => {
          mayBePending = true;
        });
        sent = refusal ? (refusal.isForeign ? "invalid" : "refused") : "accepted";
        mayBePending ||= sent === "accepted";
        faultPoint("after-broadcast");
        if (refusal && !mayBePending) return { failure: refusal };
      }
      const reading =
        recovering || refusal || lookups % lookupsPerReading === lookupsPerReading - 1
          ? await readSighting(chain, entry)
          : undefined;
      const executed = await lookUp(chain, entry.hash);
      if (executed?.failure) return { failure: executed.failure };
      if (executed) {
        const { height, gasUsed } = executed;
        return { receipt: { hash: entry.hash, height, gasUsed, fee: entry.fee } };
      }
      if (lookups % lookupsPerBroadcast === lookupsPerBroadcast - 1) sent = "none";
      if (reading) {
        if (reading.accountSequence > entry.sequence) lookupsSincePassed++;
        verdict = judge({ ...reading, lookupsSincePassed, broadcast: sent, mayBePending });
        const end = endings[verdict];
        if (end) return { failure: new TransactionExpired(entry.chainId, entry.hash, end) };
      } else {
        verdict = "wait";
      }
    } catch (error) {
      // Endpoints may come back; whatever the transaction does meanwhile, it stays in the journal.
      if (!(error instanceof ChainError)) throw error;
      problem = error;
    }
    await sleep(lookups < 10 ? 150 : 1000);
  }
  const reason = problem instanceof ChainError ? problem.message : "no block included it";
  throw new TransactionUnknown(entry.chainId, entry.hash, reason, { cause: problem });
}

const endings: Partial<Record<Verdict, string>> = {
  expired: "no block included it before its timeout height",
  superseded: "another transaction of this wallet took its sequence",
  foreign: "the account's sequence is behind it, so this is another chain with the same id",
};

/** Reads the chain before the transaction is looked up: what is true then cannot hide an older inclusion. */
async function readSighting(chain: ChainConnection, entry: JournalEntry) {
  const [{ height }, account] = await Promise.all([chain.latestBlock(), readAccount(chain, entry.address)]);
  return {
    height,
    timeoutHeight: entry.timeoutHeight,
    accountSequence: account?.sequence ?? 0,
    sequence: entry.sequence,
    ageMs: Date.now() - entry.signedAt,
  };
}
