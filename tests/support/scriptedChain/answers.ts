import type { ChainError } from "./errors.ts";
import type { Faults } from "./faults.ts";
import type { Block, CheckResult, ExecutedTransaction, Node } from "./node.ts";

/** The JSON shapes of CometBFT 0.38: integers of 64 bits as text, hashes in hex, bytes in base64. */
export interface View {
  readonly node: Node;
  readonly faults: Faults;
}

const zeroHash = "0".repeat(64);
const nodeId = "5c1d".repeat(10);
const validatorAddress = "A1".repeat(20);

export function reportedChainId({ node, faults }: View): string {
  return faults.reportedChainId ?? node.chainId;
}

function reportedTime({ time }: Block, { lagSeconds }: Faults): string {
  return new Date(time.getTime() - lagSeconds * 1000).toISOString();
}

export function statusAnswer(view: View) {
  const { node, faults } = view;
  const latest = blockAt(node, node.height);
  const first = blockAt(node, 1);
  return {
    node_info: {
      protocol_version: { p2p: "8", block: "11", app: "0" },
      id: nodeId,
      listen_addr: "tcp://0.0.0.0:26656",
      network: reportedChainId(view),
      version: "0.38.21",
      channels: "40202122233038606100",
      moniker: "scripted",
      other: { tx_index: faults.txIndex, rpc_address: "tcp://0.0.0.0:26657" },
    },
    sync_info: {
      latest_block_hash: latest.hash,
      latest_app_hash: latest.hash,
      latest_block_height: String(latest.height),
      latest_block_time: reportedTime(latest, faults),
      earliest_block_hash: first.hash,
      earliest_app_hash: first.hash,
      earliest_block_height: "1",
      earliest_block_time: reportedTime(first, faults),
      catching_up: faults.catchingUp,
    },
    validator_info: {
      address: validatorAddress,
      pub_key: { type: "tendermint/PubKeyEd25519", value: Buffer.alloc(32, 1).toString("base64") },
      voting_power: "1",
    },
  };
}

export function headerAnswer(view: View, block: Block) {
  const previous = block.height > 1 ? blockAt(view.node, block.height - 1).hash : "";
  return {
    version: { block: "11" },
    chain_id: reportedChainId(view),
    height: String(block.height),
    time: reportedTime(block, view.faults),
    last_block_id: { hash: previous, parts: { total: previous === "" ? 0 : 1, hash: previous } },
    last_commit_hash: zeroHash,
    data_hash: zeroHash,
    validators_hash: zeroHash,
    next_validators_hash: zeroHash,
    consensus_hash: zeroHash,
    app_hash: block.hash,
    last_results_hash: "",
    evidence_hash: zeroHash,
    proposer_address: validatorAddress,
  };
}

export function blockAnswer(view: View, block: Block) {
  return {
    block_id: blockId(block),
    block: {
      header: headerAnswer(view, block),
      data: { txs: block.transactions.map(({ bytes }) => Buffer.from(bytes).toString("base64")) },
      evidence: { evidence: [] },
      last_commit: {
        height: String(block.height - 1),
        round: 0,
        block_id: { hash: "", parts: { total: 0, hash: "" } },
        signatures: [],
      },
    },
  };
}

export function blockchainAnswer(view: View, from: number, to: number) {
  const blocks = view.node.blocks.slice(Math.max(0, from - 1), to).reverse();
  return {
    last_height: String(view.node.height),
    block_metas: blocks.map((block) => ({
      block_id: blockId(block),
      block_size: "1000",
      header: headerAnswer(view, block),
      num_txs: String(block.transactions.length),
    })),
  };
}

export function transactionAnswer(transaction: ExecutedTransaction) {
  return {
    hash: transaction.hash,
    height: String(transaction.height),
    index: transaction.index,
    tx_result: {
      code: transaction.code,
      data: "",
      log: transaction.log,
      info: "",
      gas_wanted: String(transaction.gasWanted),
      gas_used: String(transaction.gasUsed),
      events: [
        {
          type: "tx",
          attributes: [
            { key: "fee", value: transaction.fee, index: true },
            ...transaction.messages.map(({ typeUrl }) => ({ key: "action", value: typeUrl, index: true })),
          ],
        },
      ],
      codespace: transaction.codespace,
    },
    tx: Buffer.from(transaction.bytes).toString("base64"),
  };
}

export function broadcastAnswer({ hash, code, codespace, log }: CheckResult) {
  return { code, data: "", log, codespace, hash };
}

export function queryAnswer(node: Node, value: Uint8Array) {
  return { response: { ...emptyQuery(node), code: 0, value: Buffer.from(value).toString("base64") } };
}

export function failedQueryAnswer(node: Node, { code, codespace, message }: ChainError) {
  return { response: { ...emptyQuery(node), code, codespace, log: message } };
}

function emptyQuery(node: Node) {
  return {
    log: "",
    info: "",
    index: "0",
    key: null,
    value: null as string | null,
    proofOps: null,
    height: String(node.height),
    codespace: "",
  };
}

export function blockEvent(view: View, block: Block, query: string) {
  const header = query.includes("NewBlockHeader");
  const kind = header ? "NewBlockHeader" : "NewBlock";
  return {
    query,
    data: {
      type: `tendermint/event/${kind}`,
      value: header ? { header: headerAnswer(view, block) } : blockAnswer(view, block),
    },
    events: { "tm.event": [kind] },
  };
}

export function blockAt(node: Node, height: number): Block {
  const block = node.blocks[height - 1];
  if (block === undefined) {
    throw new Error(
      `height ${height} must be less than or equal to the current blockchain height ${node.height}`,
    );
  }
  return block;
}

function blockId({ hash }: Block) {
  return { hash, parts: { total: 1, hash } };
}
