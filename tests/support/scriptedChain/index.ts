import type { NetworkConfig } from "../../../components/chain/types.ts";
import { type Faults, noFaults } from "./faults.ts";
import { type Block, type ExecutedTransaction, Node } from "./node.ts";
import { type Server, startServer } from "./server.ts";
import type { ChainState, GenesisAccounts, StoredCertificate, StoredProvider } from "./state.ts";

export type { Faults } from "./faults.ts";
export type { Block, ExecutedTransaction } from "./node.ts";
export type { ChainState } from "./state.ts";

export interface ScriptedChainOptions {
  /** Default `scripted-1`. */
  readonly chainId?: string;
  /** Funds by address, base units by denomination. */
  readonly accounts?: GenesisAccounts;
  /** Milliseconds between blocks, default 200; 0 leaves blocks to `produceBlock`. */
  readonly blockIntervalMs?: number;
  /** Least price of a unit of gas this node accepts, default `0.0025uakt`. */
  readonly minGasPrice?: string;
  /** Default: any free port of 127.0.0.1. */
  readonly port?: number;
}

/** One more node of a chain, at an address of its own. */
export interface ScriptedNode {
  readonly endpoint: string;
  /** What goes wrong here alone; what becomes of transactions is in the chain's own faults. */
  readonly faults: Faults;
  /** Requests served here, by method. */
  readonly requests: Map<string, number>;
}

export interface ScriptedChain {
  readonly network: NetworkConfig;
  /** What goes wrong; set fields as the test needs them. */
  readonly faults: Faults;
  /** Requests served, by method; queries also by `abci_query:<path>`. */
  readonly requests: Map<string, number>;
  /** Transactions in blocks, in order, failed ones included. */
  readonly transactions: readonly ExecutedTransaction[];
  readonly height: number;
  /** Transactions accepted and not yet in a block. */
  readonly mempoolSize: number;
  provider(owner: string): StoredProvider | undefined;
  certificates(owner: string): readonly StoredCertificate[];
  /** Changes the state outside of any transaction: what somebody else did on this chain. */
  edit(change: (state: ChainState) => void): void;
  produceBlock(): Block;
  /** Lets the mempool forget which transactions it has seen, as after a node's restart. */
  forgetCache(): void;
  closeWebsockets(): void;
  addNode(): Promise<ScriptedNode>;
  /** Ends all faults. */
  heal(): void;
  stop(): Promise<void>;
}

/**
 * A chain of the current generation, for tests.
 *
 * It stands in for a node of akash-network/node v2.x (Cosmos SDK 0.53, CometBFT 0.38), which does not build
 * from the Go module proxy and whose failures cannot be scheduled. Requests, answers, signatures, sequence,
 * fees, gas limits, certificate and provider rules and error codes follow the sources of those projects;
 * consensus is one process, gas is a formula, and only bank, auth, provider, certificate and audit exist.
 *
 * @example
 * const chain = await startScriptedChain({ accounts: { [wallet.address]: { uakt: 5_000_000 } } });
 * chain.faults.dropBroadcastAnswers = 1;
 */
export async function startScriptedChain(options: ScriptedChainOptions = {}): Promise<ScriptedChain> {
  const { chainId = "scripted-1", accounts = {}, blockIntervalMs = 200 } = options;
  const { minGasPrice = "0.0025uakt", port = 0 } = options;
  const faults = noFaults();
  const node = new Node(chainId, parseGasPrice(minGasPrice), accounts, faults);
  const server = await startServer({ node, faults }, port);
  const others: { readonly server: Server; readonly faults: Faults }[] = [];
  const timer =
    blockIntervalMs > 0 ? setInterval(() => node.produceBlock(), blockIntervalMs).unref() : undefined;
  return {
    network: { chainId, rpc: [`http://127.0.0.1:${server.port}`], gasPrice: minGasPrice },
    faults,
    requests: server.requests,
    get transactions() {
      return [...node.executed.values()];
    },
    get height() {
      return node.height;
    },
    get mempoolSize() {
      return node.mempoolSize;
    },
    provider: (owner) => node.state.providers.get(owner),
    certificates: (owner) =>
      [...node.state.certificates.values()].filter((certificate) => certificate.owner === owner),
    edit: (change) => node.edit(change),
    produceBlock: () => node.produceBlock(),
    forgetCache: () => node.forgetCache(),
    closeWebsockets: () => server.closeWebsockets(),
    addNode: async () => {
      const own = noFaults();
      const other = await startServer({ node, faults: own }, 0);
      others.push({ server: other, faults: own });
      return { endpoint: `http://127.0.0.1:${other.port}`, faults: own, requests: other.requests };
    },
    heal: () => {
      for (const each of [faults, ...others.map((other) => other.faults)]) Object.assign(each, noFaults());
    },
    stop: async () => {
      clearInterval(timer);
      node.removeAllListeners();
      await Promise.all([server, ...others.map((other) => other.server)].map((each) => each.close()));
    },
  };
}

function parseGasPrice(text: string): { denom: string; micro: bigint } {
  const match = /^(\d+)(?:\.(\d{1,6}))?([a-zA-Z].*)$/.exec(text);
  if (match === null) throw new Error(`gas price \`${text}\` is not like 0.025uakt`);
  const [, whole = "0", fraction = "", denom = ""] = match;
  return { denom, micro: BigInt(whole + fraction.padEnd(6, "0")) };
}
