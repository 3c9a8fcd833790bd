import type { ChainConnection } from "../../../components/chain/client.ts";
import { RpcError, RpcUnreachable } from "../../../components/chain/errors.ts";
import type { JournalEntry } from "../../../components/chain/journal.ts";

/** What becomes of one broadcast. */
export type BroadcastFate =
  /** It is in the mempool, and the answer says so. */
  | "accepted"
  /** It is in the mempool, and the answer is lost. */
  | "answer lost"
  /** It is accepted, and the mempool loses it. */
  | "dropped"
  /** Nothing arrives. */
  | "unreachable"
  | "already known"
  /** The node's mempool is full. */
  | "full"
  /** The node checks signatures, and this one is of another chain. */
  | "foreign";

export const entry: JournalEntry = {
  chainId: "model-1",
  address: "akash1x",
  hash: "AB12",
  bytes: "AAEC",
  sequence: 7,
  timeoutHeight: 130,
  messages: ["createProvider"],
  fee: "2500uakt",
  signedAt: 0,
};

/**
 * As much of a chain as settling one transaction needs: a mempool, blocks that include it while it is valid,
 * the account's sequence. It keeps to the rules and says afterwards whether the transaction was executed.
 */
export class ModelChain {
  height = 100;
  accountSequence = entry.sequence;
  pending = false;
  executedAt: number | undefined;
  /** What each broadcast meets, in order; the last one for ever. */
  fates: BroadcastFate[] = ["accepted"];
  /** Heights at which another signer of the account gets a transaction in. */
  readonly rivals = new Set<number>();
  /** Answer of the transaction's execution. */
  result: { readonly code: number; readonly codespace?: string; readonly log?: string } = { code: 0 };
  /** Blocks after an inclusion before a look-up finds it. */
  indexLag = 0;
  /** Heights at which nothing answers. */
  outages: (height: number) => boolean = () => false;
  /** Whether blocks have room. */
  includes = true;
  readonly broadcasts: unknown[] = [];

  produceBlock(): void {
    this.height++;
    if (this.rivals.has(this.height)) this.accountSequence++;
    const valid = this.accountSequence === entry.sequence && this.height <= entry.timeoutHeight;
    if (this.pending && this.includes && valid) {
      this.executedAt = this.height;
      this.accountSequence++;
    }
    if (!valid || this.executedAt !== undefined) this.pending = false;
  }

  get connection(): ChainConnection {
    const answers = {
      network: { chainId: entry.chainId, rpc: ["http://model"], gasPrice: "0.025uakt" },
      latestBlock: async () => {
        this.#answer();
        return { height: this.height, time: new Date() };
      },
      find: async () => {
        this.#answer();
        return { accountNumber: 1, sequence: this.accountSequence };
      },
      rpc: async (method: string, params: Record<string, unknown>, onLost?: () => void) =>
        method === "tx" ? this.#lookUp(params) : this.#broadcast(params, onLost),
    };
    return answers as unknown as ChainConnection;
  }

  #answer(): void {
    if (this.outages(this.height)) throw new RpcUnreachable("http://model", "nothing listens there", false);
  }

  #lookUp(params: Record<string, unknown>): unknown {
    this.#answer();
    const hash = Buffer.from(String(params["hash"]), "base64").toString("hex").toUpperCase();
    const found = this.executedAt !== undefined && this.height >= this.executedAt + this.indexLag;
    if (hash !== entry.hash || !found) throw refusal("tx", `tx (${hash}) not found`);
    return { height: String(this.executedAt), tx_result: { ...this.result, gas_used: "90000" } };
  }

  #broadcast(params: Record<string, unknown>, onLost?: () => void): unknown {
    this.#answer();
    this.broadcasts.push(params["tx"]);
    const fate = this.fates.length > 1 ? this.fates.shift() : this.fates[0];
    if (fate === "unreachable") throw new RpcUnreachable("http://model", "nothing listens there", false);
    if (fate === "full") return { code: 20, codespace: "sdk", log: "mempool is full" };
    if (fate === "foreign") return { code: 4, codespace: "sdk", log: "unauthorized" };
    if (this.accountSequence !== entry.sequence) {
      return { code: 32, codespace: "sdk", log: "incorrect account sequence" };
    }
    if (this.height >= entry.timeoutHeight) return { code: 30, codespace: "sdk", log: "tx timeout height" };
    if (fate === "dropped") return { code: 0 };
    this.pending = true;
    if (fate === "already known") throw refusal("broadcast_tx_sync", "tx already exists in cache");
    if (fate === "answer lost") {
      onLost?.();
      throw new RpcUnreachable("http://model", "the connection failed", true);
    }
    return { code: 0 };
  }
}

function refusal(method: string, data: string): RpcError {
  return new RpcError("http://model", method, { code: -32603, message: "Internal error", data });
}
