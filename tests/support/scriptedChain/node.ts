import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";
import { type AnteContext, anteGas, type GasPrice, runAnte } from "./ante.ts";
import { ChainError, sdkErrors } from "./errors.ts";
import type { Faults } from "./faults.ts";
import { type ChainState, type GenesisAccounts, genesisState } from "./state.ts";
import { decodeTransaction, formatCoins, type Transaction } from "./transaction.ts";

export interface Block {
  readonly height: number;
  readonly time: Date;
  /** Upper-case hex. */
  readonly hash: string;
  readonly transactions: readonly ExecutedTransaction[];
}

export interface ExecutedTransaction {
  readonly hash: string;
  readonly height: number;
  readonly index: number;
  readonly bytes: Uint8Array;
  /** 0 on success. */
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
  readonly gasWanted: bigint;
  readonly gasUsed: bigint;
  /** For example `1250uakt`. */
  readonly fee: string;
  readonly memo: string;
  readonly messages: readonly { readonly typeUrl: string; readonly value: unknown }[];
}

/** What a mempool says of a transaction. */
export interface CheckResult {
  readonly hash: string;
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
  readonly gasWanted: bigint;
}

/** The mempool has seen these bytes before; CometBFT answers with an RPC error, not with a result. */
export class TransactionInCache extends Error {
  constructor() {
    super("tx already exists in cache");
    this.name = "TransactionInCache";
  }
}

/** Gas of the store accesses that any transaction makes. */
const baseGas = 40_000n;

/** Consensus of one: state, mempool and blocks, in memory. */
export class Node extends EventEmitter<{ block: [Block] }> {
  readonly chainId: string;
  readonly minGasPrice: GasPrice;
  readonly blocks: Block[] = [];
  readonly executed = new Map<string, ExecutedTransaction>();
  state: ChainState;
  readonly #faults: Faults;
  /** The state as it will be when the mempool is in a block; what new transactions are checked against. */
  #checkState: ChainState;
  #mempool: Transaction[] = [];
  #cache = new Set<string>();

  constructor(chainId: string, minGasPrice: GasPrice, accounts: GenesisAccounts, faults: Faults) {
    super();
    this.chainId = chainId;
    this.minGasPrice = minGasPrice;
    this.#faults = faults;
    this.state = genesisState(accounts);
    this.#checkState = structuredClone(this.state);
    this.produceBlock();
  }

  get height(): number {
    return this.blocks.length;
  }

  get mempoolSize(): number {
    return this.#mempool.length;
  }

  /** Changes the state outside of any transaction: what somebody else did on this chain. */
  edit(change: (state: ChainState) => void): void {
    change(this.state);
    this.#recheck();
  }

  /** Forgets what the mempool has seen, as a node does after a restart or after ten thousand transactions. */
  forgetCache(): void {
    this.#cache.clear();
  }

  /** Another signer of this account gets a transaction into the chain. */
  raceSequence(address: string): void {
    this.edit(({ accounts }) => {
      const account = accounts.get(address);
      if (account !== undefined) account.sequence += 1n;
    });
  }

  /** @throws TransactionInCache for bytes seen before */
  checkTransaction(bytes: Uint8Array): CheckResult {
    const hash = createHash("sha256").update(bytes).digest("hex").toUpperCase();
    if (this.#cache.has(hash)) throw new TransactionInCache();
    let gasWanted = 0n;
    const refusal = this.#faults.refuseBroadcasts;
    if (refusal !== undefined) return { hash, gasWanted, ...refusal };
    try {
      const transaction = decodeTransaction(bytes);
      gasWanted = transaction.gasLimit;
      const trial = structuredClone(this.#checkState);
      runAnte(trial, transaction, this.#context("check"));
      this.#checkState = trial;
      this.#mempool.push(transaction);
      this.#cache.add(hash);
      return { hash, code: 0, codespace: "", log: "", gasWanted };
    } catch (error) {
      const { code, codespace, message } = asChainError(error);
      return { hash, code, codespace, log: message, gasWanted };
    }
  }

  /** @returns gas used; @throws ChainError as the Simulate service answers it through `abci_query` */
  simulate(bytes: Uint8Array): bigint {
    let gasUsed = 0n;
    try {
      if (this.#faults.simulateError !== undefined) {
        throw sdkErrors.invalidRequest(this.#faults.simulateError);
      }
      const transaction = decodeTransaction(bytes);
      const trial = structuredClone(this.#checkState);
      gasUsed = anteGas(transaction);
      runAnte(trial, transaction, this.#context("simulate"));
      gasUsed = gasOf(transaction);
      executeMessages(trial, transaction);
      return this.#faults.simulatedGas ?? gasUsed;
    } catch (error) {
      const { message } = asChainError(error);
      throw sdkErrors.unknownRequest(
        `rpc error: code = Unknown desc = ${message} [cosmos/cosmos-sdk@v0.53.6/baseapp/baseapp.go:1051] with gas used: '${gasUsed}'`,
      );
    }
  }

  /** Puts the mempool into a block. */
  produceBlock(): Block {
    const height = this.blocks.length + 1;
    const included = this.#faults.neverInclude ? [] : this.#mempool.splice(0);
    const block: Block = {
      height,
      time: new Date(),
      hash: createHash("sha256").update(`${this.chainId}/${height}`).digest("hex").toUpperCase(),
      transactions: included.map((transaction, index) => this.#execute(transaction, height, index)),
    };
    this.blocks.push(block);
    for (const transaction of block.transactions) {
      this.executed.set(transaction.hash, transaction);
      if (transaction.code !== 0) this.#cache.delete(transaction.hash);
    }
    this.#recheck();
    this.emit("block", block);
    return block;
  }

  #execute(transaction: Transaction, height: number, index: number): ExecutedTransaction {
    let failure: ChainError | undefined;
    let gasUsed = anteGas(transaction);
    try {
      const paid = structuredClone(this.state);
      runAnte(paid, transaction, this.#context("deliver"));
      // From here on fee and sequence are spent, whatever becomes of the messages.
      this.state = paid;
      gasUsed = gasOf(transaction);
      if (gasUsed > transaction.gasLimit) {
        throw sdkErrors.outOfGas(
          `out of gas in location: WriteFlat; gasWanted: ${transaction.gasLimit}, gasUsed: ${gasUsed}`,
        );
      }
      const changed = structuredClone(paid);
      if (this.#faults.failExecutions > 0) {
        this.#faults.failExecutions -= 1;
        throw failedMessage(sdkErrors.invalidRequest("the state is another one by now"), 0);
      }
      executeMessages(changed, transaction);
      this.state = changed;
    } catch (error) {
      failure = asChainError(error);
    }
    return {
      hash: transaction.hash,
      height,
      index,
      bytes: transaction.bytes,
      code: failure?.code ?? 0,
      codespace: failure?.codespace ?? "",
      log: failure?.message ?? "",
      gasWanted: transaction.gasLimit,
      gasUsed,
      fee: formatCoins(transaction.fee),
      memo: transaction.memo,
      messages: transaction.messages.map(({ typeUrl, value }) => ({ typeUrl, value })),
    };
  }

  /** Checks what is left in the mempool again, against the new state. */
  #recheck(): void {
    this.#checkState = structuredClone(this.state);
    this.#mempool = this.#mempool.filter((transaction) => {
      const trial = structuredClone(this.#checkState);
      try {
        runAnte(trial, transaction, this.#context("check"));
      } catch {
        this.#cache.delete(transaction.hash);
        return false;
      }
      this.#checkState = trial;
      return true;
    });
  }

  #context(mode: AnteContext["mode"]): AnteContext {
    return { mode, chainId: this.chainId, minGasPrice: this.minGasPrice, height: BigInt(this.height + 1) };
  }
}

function gasOf(transaction: Transaction): bigint {
  return transaction.messages.reduce((sum, { gas }) => sum + gas, baseGas + anteGas(transaction));
}

/** All or nothing: the caller keeps `state` only when none of the messages throws. */
function executeMessages(state: ChainState, { messages }: Transaction): void {
  messages.forEach((message, index) => {
    try {
      message.execute(state);
    } catch (error) {
      throw failedMessage(asChainError(error), index);
    }
  });
}

function failedMessage(error: ChainError, index: number): ChainError {
  return error.wrap(`failed to execute message; message index: ${index}`);
}

function asChainError(error: unknown): ChainError {
  if (error instanceof ChainError) return error;
  throw error;
}
