import { identifyCode } from "./codes.ts";
import { formatAmount } from "./coins.ts";

/** An error of this folder: one sentence on what is wrong and where, one on what to do next. */
export class ChainError extends Error {
  readonly remedy: string;

  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super([problem, remedy].join(problem.includes("\n") ? "\n" : " "), options);
    this.name = new.target.name;
    this.remedy = remedy;
  }
}

/** The embedded chain is asked for and does not run. */
export class NetworkNotRunning extends ChainError {}

/** An endpoint gave no usable answer: refused, timed out, or an HTTP or proxy error. */
export class RpcUnreachable extends ChainError {
  readonly endpoint: string;
  /** Whether the endpoint may have received the request; false when no connection came about. */
  readonly mayHaveArrived: boolean;

  constructor(endpoint: string, reason: string, mayHaveArrived: boolean, options?: ErrorOptions) {
    super(`RPC endpoint ${endpoint}: ${reason}.`, "Check the address, or list another endpoint.", options);
    this.endpoint = endpoint;
    this.mayHaveArrived = mayHaveArrived;
  }
}

/** The node answered with a JSON-RPC error. */
export class RpcError extends ChainError {
  readonly code: number;
  readonly data: string;

  constructor(endpoint: string, method: string, error: { code: number; message: string; data?: string }) {
    const text = [error.message, error.data].filter(Boolean).join(": ");
    super(
      `RPC endpoint ${endpoint} refused \`${method}\`: ${text}.`,
      "Use another endpoint if this persists.",
    );
    this.code = error.code;
    this.data = error.data ?? "";
  }
}

/** The application refused an ABCI query. */
export class QueryRefused extends ChainError {
  readonly path: string;
  readonly code: number;
  readonly codespace: string;
  readonly log: string;

  constructor(path: string, answer: { code: number; codespace: string; log: string }) {
    super(
      `The chain refused the query ${path} (${answer.codespace} code ${answer.code}): ${answer.log}.`,
      "Use another endpoint if this persists.",
    );
    this.path = path;
    this.code = answer.code;
    this.codespace = answer.codespace;
    this.log = answer.log;
  }
}

/** Why one endpoint cannot be used. */
export interface EndpointFailure {
  readonly endpoint: string;
  readonly reason: string;
  readonly remedy: string;
}

/** No endpoint of the list passed the gate. */
export class NoUsableEndpoint extends ChainError {
  readonly chainId: string;
  readonly failures: readonly EndpointFailure[];

  constructor(chainId: string, failures: readonly EndpointFailure[]) {
    const lines = failures.map((failure) => `\n  ${failure.endpoint}: ${failure.reason}. ${failure.remedy}`);
    super(
      `No RPC endpoint of ${chainId} is usable:${lines.join("")}`,
      "List a working endpoint under `network.rpc`.",
    );
    this.chainId = chainId;
    this.failures = failures;
  }
}

/** The chain speaks no message generation this version knows. */
export class UnknownGeneration extends ChainError {
  constructor(chainId: string, endpoint: string) {
    super(
      `${chainId} at ${endpoint} speaks no message generation known here.`,
      "The network was upgraded or this is no Akash chain: update this package or check `network`.",
    );
  }
}

/** The chain refused a transaction, or executed it and failed. */
export class TransactionRefused extends ChainError {
  /** Where: dry run, the node's check before its mempool, or in a block. */
  readonly stage: "simulation" | "check" | "execution";
  /** Module and number of the error, also where the chain gave them in its log only. */
  readonly codespace: string;
  readonly code: number;
  readonly log: string;
  /** Hash of the signed transaction; absent when nothing was signed. */
  readonly hash: string | undefined;
  /** Position of the message that failed, where the chain names it. */
  readonly messageIndex: number | undefined;

  constructor(
    stage: TransactionRefused["stage"],
    answer: { code: number; codespace: string; log: string },
    hash?: string,
  ) {
    const { codespace, code, text, remedy } = identifyCode(answer);
    const transaction = hash ? `transaction ${hash}` : "a transaction";
    const log = essence(answer.log);
    super(
      `The chain refused ${transaction} at ${stage}: ${text} (${codespace} code ${code}): ${log}.`,
      remedy,
    );
    this.stage = stage;
    this.codespace = codespace;
    this.code = code;
    this.log = answer.log;
    this.hash = hash;
    const index = /message index: (\d+)/.exec(answer.log)?.[1];
    this.messageIndex = index === undefined ? undefined : Number(index);
  }

  /** Sequence and key fit and the signature does not: it is over another chain or account number. */
  get isForeign(): boolean {
    return this.stage === "check" && this.codespace === "sdk" && this.code === 4;
  }

  /** Another transaction of this wallet came first; nothing was executed. */
  get isSequenceMismatch(): boolean {
    return this.codespace === "sdk" && this.code === 32;
  }
}

/** The log without what the transport and the simulation put around it. */
function essence(log: string): string {
  return log
    .replace(/^(rpc error: code = \w+ desc = |failed to simulate tx: )+/, "")
    .replace(/ \[[^\]]*\.go:\d+\]/, "")
    .replace(/ with gas (used|wanted): .*$/i, "")
    .trim()
    .slice(0, 400);
}

/** A transaction was not included in the blocks it was valid for, and never will be. */
export class TransactionExpired extends ChainError {
  readonly hash: string;

  constructor(chainId: string, hash: string, reason: string) {
    super(`Transaction ${hash} on ${chainId} was not executed: ${reason}.`, "Run the same command again.");
    this.hash = hash;
  }
}

/** A transaction was sent and its outcome could not be learnt. It is kept on disk and looked up next time. */
export class TransactionUnknown extends ChainError {
  readonly hash: string;

  constructor(chainId: string, hash: string, reason: string, options?: ErrorOptions) {
    super(
      `Transaction ${hash} was sent to ${chainId} and its outcome is not known yet (${reason}).`,
      "Run the same command again: it looks this transaction up before it signs anything.",
      options,
    );
    this.hash = hash;
  }
}

/** The wallet cannot pay; found before anything was signed. */
export class InsufficientFunds extends ChainError {
  readonly address: string;
  readonly denom: string;
  readonly needed: bigint;
  readonly available: bigint;

  constructor(address: string, denom: string, needed: bigint, available: bigint) {
    super(
      `Wallet ${address} holds ${formatAmount(available, denom)} and needs ${formatAmount(needed, denom)}.`,
      `Send at least ${formatAmount(needed - available, denom)} to ${address} and run the same command again.`,
    );
    this.address = address;
    this.denom = denom;
    this.needed = needed;
    this.available = available;
  }
}

/** A transaction would cost far more than one of its kind does; found before anything was signed. */
export class FeeTooHigh extends ChainError {
  constructor(
    gas: bigint,
    gasPrice: string,
    fee: string,
    most: { readonly gas: bigint; readonly fee: string },
  ) {
    super(
      `The transaction would take ${gas} gas at ${gasPrice}, a fee of ${fee}; at most ${most.gas} gas and ${most.fee} are paid, and nothing was signed.`,
      "If the gas is too much, list another endpoint first under `network.rpc`: the one in use measured it. Otherwise correct `network.gasPrice`; 0.025uakt is usual.",
    );
  }
}

/** Another process signs with the same wallet. */
export class WalletBusy extends ChainError {
  constructor(address: string, holder: string, seconds: number) {
    super(
      `Wallet ${address} has been in use by ${holder} for ${seconds} s.`,
      "Wait for that run to end, or stop it, and run again.",
    );
  }
}

/** The opened wallet is not the one declared. */
export class WalletMismatch extends ChainError {
  constructor(expected: string, actual: string) {
    super(
      `The wallet is ${actual}, and the declared owner is ${expected}.`,
      "Point the wallet source at the owner's key, or change the owner.",
    );
  }
}
