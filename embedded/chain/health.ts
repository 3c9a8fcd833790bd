const requestTimeoutMs = 2_000;
/** Blocks come every half second; one older than this means that the chain stands still. */
const oldestBlockMs = 5_000;

/** The part of CometBFT's `/status` that health looks at. */
interface NodeStatus {
  readonly result: {
    readonly sync_info: {
      readonly latest_block_height: string;
      readonly latest_block_time: string;
      readonly catching_up: boolean;
    };
  };
}

/**
 * Whether a chain produces blocks. After a start a block is waited for that was not there before.
 *
 * @param rpc `http://host:port`
 */
export function blockProblem(rpc: string): (fresh: boolean) => Promise<string | undefined> {
  let firstSeen: number | undefined;
  return async (fresh) => {
    const info = await readStatus(rpc);
    if (!info) return `its RPC ${rpc} does not answer`;
    const height = Number(info.latest_block_height);
    if (height < 1 || info.catching_up) return "it has no block yet";
    firstSeen ??= height;
    const age = Date.now() - Date.parse(info.latest_block_time);
    if (age > oldestBlockMs || (fresh && height === firstSeen)) return `it stands still at block ${height}`;
    return undefined;
  };
}

async function readStatus(rpc: string): Promise<NodeStatus["result"]["sync_info"] | undefined> {
  try {
    const answer = await fetch(`${rpc}/status`, { signal: AbortSignal.timeout(requestTimeoutMs) });
    return ((await answer.json()) as NodeStatus).result.sync_info;
  } catch {
    return undefined;
  }
}
