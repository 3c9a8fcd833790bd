import { decodeTxRaw } from "@cosmjs/proto-signing";
import { callRpc } from "../../components/chain/rpc.ts";
import type { NetworkConfig } from "../../components/chain/types.ts";

export interface SentTransaction {
  readonly hash: string;
  /** Of the block that has it. */
  readonly height: number;
  /** Type URLs of its messages, in order. */
  readonly messages: readonly string[];
}

/** Every transaction that the chain has included from this address, oldest first. */
export async function transactionsOf(network: NetworkConfig, address: string): Promise<SentTransaction[]> {
  const { txs } = (await callRpc(network.rpc[0] ?? "", "tx_search", {
    query: `message.sender='${address}'`,
    per_page: "100",
    order_by: "asc",
  })) as { txs: { hash: string; height: string; tx: string }[] };
  return txs.map(({ hash, height, tx }) => ({
    hash,
    height: Number(height),
    messages: decodeTxRaw(Buffer.from(tx, "base64")).body.messages.map(({ typeUrl }) => typeUrl),
  }));
}
