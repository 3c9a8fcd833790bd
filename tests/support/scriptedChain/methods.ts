import { SimulateRequest, SimulateResponse } from "cosmjs-types/cosmos/tx/v1beta1/service";
import {
  blockAnswer,
  blockAt,
  blockchainAnswer,
  broadcastAnswer,
  failedQueryAnswer,
  headerAnswer,
  queryAnswer,
  reportedChainId,
  statusAnswer,
  transactionAnswer,
  type View,
} from "./answers.ts";
import { ChainError, sdkErrors } from "./errors.ts";
import { bmeParams, query, unknownPath } from "./queries.ts";

export type Params = Readonly<Record<string, unknown>>;

/** A method's answer, or an error that becomes a JSON-RPC internal error. */
export type Method = (view: View, params: Params) => unknown;

const simulatePath = "/cosmos.tx.v1beta1.Service/Simulate";

export const methods: Readonly<Record<string, Method>> = {
  health: () => ({}),
  status: (view) => statusAnswer(view),
  abci_info: ({ node }) => ({
    response: {
      data: "akash",
      version: "v2.1.0",
      last_block_height: String(node.height),
      last_block_app_hash: Buffer.from(blockAt(node, node.height).hash, "hex").toString("base64"),
    },
  }),
  abci_query: ({ node, faults }, params) => {
    const path = text(params["path"]);
    const data = hex(params["data"]);
    try {
      if (faults.generation === "v1" && path === bmeParams) throw sdkErrors.unknownRequest(unknownPath);
      return queryAnswer(
        node,
        path === simulatePath ? simulate(node, data) : query(node.state, path, data, gasPrice(node)),
      );
    } catch (error) {
      if (error instanceof ChainError) return failedQueryAnswer(node, error);
      throw error;
    }
  },
  akash: (view) => {
    if (view.faults.generation === "v1") throw new Error("Method not found");
    return {
      client_info: { api_version: "v1beta3" },
      supported_versions: ["v1beta4", "v1beta3"].map((api_version) => ({
        api_version,
        modules,
        features: null,
      })),
      chain_id: reportedChainId(view),
      node_version: "v2.1.0",
      min_client_version: "",
    };
  },
  block: (view, params) => blockAnswer(view, blockAt(view.node, heightOf(view, params["height"]))),
  header: (view, params) => ({
    header: headerAnswer(view, blockAt(view.node, heightOf(view, params["height"]))),
  }),
  blockchain: (view, params) =>
    blockchainAnswer(
      view,
      Number(params["minHeight"] ?? 1) || 1,
      Number(params["maxHeight"] ?? view.node.height) || view.node.height,
    ),
  broadcast_tx_sync: ({ node }, params) => broadcastAnswer(node.checkTransaction(base64(params["tx"]))),
  broadcast_tx_async: ({ node }, params) => {
    const { hash } = node.checkTransaction(base64(params["tx"]));
    return { code: 0, data: "", log: "", codespace: "", hash };
  },
  tx: ({ node, faults }, params) => {
    requireIndex(faults);
    const hash = hashParam(params["hash"]);
    const found = node.executed.get(hash);
    if (found === undefined) throw new Error(`tx (${hash}) not found`);
    return transactionAnswer(found);
  },
  tx_search: ({ node, faults }, params) => {
    requireIndex(faults);
    const wanted = /^tx\.hash\s*=\s*'([0-9A-Fa-f]{64})'$/.exec(text(params["query"]))?.[1];
    const height = /^tx\.height\s*=\s*(\d+)$/.exec(text(params["query"]))?.[1];
    if (wanted === undefined && height === undefined) {
      throw new Error("this scripted chain indexes tx.hash and tx.height only");
    }
    const found = [...node.executed.values()].filter((transaction) =>
      wanted === undefined
        ? transaction.height === Number(height)
        : transaction.hash === wanted.toUpperCase(),
    );
    return { txs: found.map(transactionAnswer), total_count: String(found.length) };
  },
};

/** CometBFT, rpc/core/tx.go. */
function requireIndex({ txIndex }: View["faults"]): void {
  if (txIndex === "off") throw new Error("transaction indexing is disabled");
}

/** Versions by module as chain-sdk's registry lists them (go/node/client/registry.go). */
const modules = Object.entries({
  audit: "v1",
  bme: "v1",
  cert: "v1",
  deployment: "v1beta4",
  escrow: "v1",
  market: "v1beta5",
  oracle: "v2",
  provider: "v1beta4",
  take: "v1",
  wasm: "v1",
}).map(([module, version]) => ({ module, version }));

function simulate(node: View["node"], data: Uint8Array): Uint8Array {
  const gasUsed = node.simulate(SimulateRequest.decode(data).txBytes);
  return SimulateResponse.encode(SimulateResponse.fromPartial({ gasInfo: { gasUsed } })).finish();
}

function gasPrice({ minGasPrice }: View["node"]): string {
  const fraction = (minGasPrice.micro % 1_000_000n).toString().padStart(6, "0");
  return `${minGasPrice.micro / 1_000_000n}.${fraction}000000000000${minGasPrice.denom}`;
}

function heightOf({ node }: View, param: unknown): number {
  return param === undefined || param === null || param === "" ? node.height : Number(param);
}

function text(param: unknown): string {
  return typeof param === "string" ? param : "";
}

function hex(param: unknown): Uint8Array {
  return Buffer.from(text(param).replace(/^0x/, ""), "hex");
}

/** Bytes arrive in base64 in a JSON body and as 0x-hex in a URL. */
function base64(param: unknown): Uint8Array {
  return text(param).startsWith("0x") ? hex(param) : Buffer.from(text(param), "base64");
}

function hashParam(param: unknown): string {
  return Buffer.from(base64(param)).toString("hex").toUpperCase();
}
