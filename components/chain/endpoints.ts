import type { EndpointFailure } from "./errors.ts";
import { ChainError } from "./errors.ts";
import { callRpc } from "./rpc.ts";

/** How old an endpoint's newest block may be; older answers would be about a past state. */
export const maxLagMs = 30_000;

/** The part of CometBFT's `status` that the gate looks at. */
export interface NodeStatus {
  readonly chainId: string;
  readonly catchingUp: boolean;
  readonly height: number;
  readonly time: Date;
  /** Whether it keeps the index in which transactions are looked up; a node that does not say so does. */
  readonly txIndex: boolean;
}

/** @throws RpcUnreachable, RpcError */
export async function readStatus(endpoint: string, timeoutMs?: number): Promise<NodeStatus> {
  const status = (await callRpc(endpoint, "status", {}, timeoutMs)) as {
    node_info?: { network?: string; other?: { tx_index?: string } };
    sync_info?: { catching_up?: boolean; latest_block_height?: string; latest_block_time?: string };
  };
  return {
    chainId: status.node_info?.network ?? "",
    catchingUp: status.sync_info?.catching_up ?? true,
    height: Number(status.sync_info?.latest_block_height ?? 0),
    time: new Date(status.sync_info?.latest_block_time ?? 0),
    txIndex: status.node_info?.other?.tx_index !== "off",
  };
}

/** Why a node with this status must not be used; undefined when it may be. */
export function judgeStatus(
  endpoint: string,
  status: NodeStatus,
  expected: { readonly chainId: string; readonly now: Date },
): EndpointFailure | undefined {
  if (status.chainId !== expected.chainId) {
    return {
      endpoint,
      reason: `it serves chain ${status.chainId || "without an id"}, not ${expected.chainId}`,
      remedy: "Correct `network.chainId` or the endpoint.",
    };
  }
  if (!status.txIndex) {
    return {
      endpoint,
      reason: "it keeps no index of transactions, so what became of one cannot be looked up there",
      remedy: 'List another endpoint, or set `indexer = "kv"` under `[tx_index]` in the node\'s config.toml.',
    };
  }
  if (status.catchingUp) {
    return {
      endpoint,
      reason: `it is still catching up, at height ${status.height}`,
      remedy: "Wait until it has synced, or list another endpoint.",
    };
  }
  const lagMs = expected.now.getTime() - status.time.getTime();
  if (lagMs > maxLagMs) {
    return {
      endpoint,
      reason: `its newest block, ${status.height}, is ${Math.round(lagMs / 1000)} s old (at most ${maxLagMs / 1000} s)`,
      remedy: "Use another endpoint; if all lag, the chain has halted or this machine's clock is wrong.",
    };
  }
  return undefined;
}

/**
 * The gate: chain id, an index of transactions, not catching up, newest block at most 30 s old. One request.
 *
 * @returns why the endpoint cannot be used; undefined when it can
 */
export async function checkEndpoint(
  endpoint: string,
  chainId: string,
  timeoutMs?: number,
): Promise<EndpointFailure | undefined> {
  try {
    const status = await readStatus(endpoint, timeoutMs);
    return judgeStatus(endpoint, status, { chainId, now: new Date() });
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    return failureOf(endpoint, error);
  }
}

/** An error as a line of a list of endpoints. */
export function failureOf(endpoint: string, error: ChainError): EndpointFailure {
  const problem = error.message.slice(0, error.message.length - error.remedy.length).trim();
  const reason = problem.replace(`RPC endpoint ${endpoint}: `, "").replace(/\.$/, "");
  return { endpoint, reason, remedy: error.remedy };
}
