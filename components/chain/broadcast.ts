import type { ChainConnection } from "./client.ts";
import { RpcError, TransactionRefused } from "./errors.ts";
import type { JournalEntry } from "./journal.ts";

/**
 * Hands the signed bytes to a node's mempool. That they are there already is success: they are the same
 * bytes.
 *
 * @param onLost called when an endpoint took the bytes and its answer was lost
 * @returns why the node refused them; undefined when they are in its mempool
 */
export async function broadcast(
  chain: ChainConnection,
  entry: JournalEntry,
  onLost: () => void,
): Promise<TransactionRefused | undefined> {
  try {
    const answer = (await chain.rpc("broadcast_tx_sync", { tx: entry.bytes }, onLost)) as {
      code?: number;
      codespace?: string;
      log?: string;
    };
    const { code = 0, codespace = "", log = "" } = answer;
    if (code === 0 || (codespace === "sdk" && code === 19)) return undefined;
    return new TransactionRefused("check", { code, codespace, log }, entry.hash);
  } catch (error) {
    if (error instanceof RpcError && error.message.includes("already exists in cache")) return undefined;
    throw error;
  }
}

/** A transaction in a block. */
export interface ExecutedTransaction {
  readonly height: number;
  readonly gasUsed: bigint;
  /** Why it failed; undefined on success. Fee and sequence are spent either way. */
  readonly failure: TransactionRefused | undefined;
}

/** Looks a transaction up in the blocks. */
export async function lookUp(chain: ChainConnection, hash: string): Promise<ExecutedTransaction | undefined> {
  try {
    const params = { hash: Buffer.from(hash, "hex").toString("base64"), prove: false };
    const found = (await chain.rpc("tx", params)) as {
      height: string;
      tx_result: { code?: number; codespace?: string; log?: string; gas_used?: string };
    };
    const { code = 0, codespace = "", log = "", gas_used: gasUsed = "0" } = found.tx_result;
    return {
      height: Number(found.height),
      gasUsed: BigInt(gasUsed),
      failure: code === 0 ? undefined : new TransactionRefused("execution", { code, codespace, log }, hash),
    };
  } catch (error) {
    if (error instanceof RpcError && error.message.includes("not found")) return undefined;
    throw error;
  }
}
