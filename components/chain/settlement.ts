/** What is known of a signed transaction that no block was seen to include. */
export interface Sighting {
  /** The chain's newest block, read before the transaction was looked up. */
  readonly height: number;
  /** Last block that may include it. */
  readonly timeoutHeight: number;
  /** Sequence of the account in the newest block, and the one the transaction was signed with. */
  readonly accountSequence: number;
  readonly sequence: number;
  /** Look-ups since the account's sequence was seen past the transaction's. */
  readonly lookupsSincePassed: number;
  /** The node's answer to the last broadcast; `invalid`: its signature is none of this chain's account. */
  readonly broadcast: "none" | "accepted" | "refused" | "invalid";
  /** Whether an earlier broadcast may have reached a mempool: accepted, or its answer lost. */
  readonly mayBePending: boolean;
  readonly ageMs: number;
}

/**
 * What to do with it: look again, send the same bytes again, or let go of it. `refused`, `expired`,
 * `superseded` and `foreign` all mean that it was not and never will be executed.
 */
export type Verdict = "wait" | "broadcast" | "refused" | "expired" | "superseded" | "foreign";

/** Blocks a node may need to index a transaction after the block that includes it. */
const indexingBlocks = 1;
const indexingLookups = 4;

/** An account that is still behind its own signed sequence after this long is that of another chain. */
const foreignAfterMs = 60_000;

/** The decision, free of time and network. Nothing is given up while a block may still include it. */
export function judge(sighting: Sighting): Verdict {
  const { height, timeoutHeight, accountSequence, sequence, broadcast } = sighting;
  if (broadcast === "invalid") return "foreign";
  if (broadcast === "refused" && !sighting.mayBePending) return "refused";
  if (height > timeoutHeight + indexingBlocks) return "expired";
  if (accountSequence > sequence) {
    return sighting.lookupsSincePassed < indexingLookups ? "wait" : "superseded";
  }
  if (accountSequence < sequence && broadcast === "refused" && sighting.ageMs > foreignAfterMs)
    return "foreign";
  return broadcast === "none" ? "broadcast" : "wait";
}
