import type { EndpointFailure } from "./errors.ts";

/** CometBFT's event subscription; the query is its own language. */
const subscription = { jsonrpc: "2.0", id: 1, method: "subscribe", params: { query: "tm.event='NewBlock'" } };

/**
 * Subscribes to new blocks over the endpoint's websocket and waits for one. The provider process lives on
 * this subscription; where it does not work, it logs `client is not running. Use .Start()`, and an endpoint
 * can answer everything else.
 *
 * @param timeoutMs longer than a block takes (6 s on the public networks)
 * @returns why the websocket cannot be used; undefined when a block arrived
 */
export async function checkWebsocket(
  endpoint: string,
  timeoutMs = 20_000,
): Promise<EndpointFailure | undefined> {
  const socket = new WebSocket(websocketUrl(endpoint));
  let timer: NodeJS.Timeout | undefined;
  const reason = await new Promise<string | undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, `no block arrived within ${timeoutMs / 1000} s`);
    socket.onopen = () => socket.send(JSON.stringify(subscription));
    socket.onerror = () => resolve("the connection was refused");
    socket.onclose = () => resolve("the connection was closed");
    socket.onmessage = (message) => {
      const verdict = readEvent(String(message.data));
      if (verdict !== "wait") resolve(verdict);
    };
  });
  clearTimeout(timer);
  socket.close();
  if (reason === undefined) return undefined;
  return {
    endpoint,
    reason: `its websocket does not work: ${reason}`,
    remedy:
      "The provider would log `client is not running. Use .Start()`: use an endpoint with a working /websocket.",
  };
}

/** Where a node's websocket is: its own address and `/websocket`. */
export function websocketUrl(endpoint: string): string {
  return `${endpoint.replace(/^http/, "ws").replace(/\/+$/, "")}/websocket`;
}

/**
 * Reads one frame: the first answers the subscription with an empty result, the next carry blocks.
 *
 * @returns undefined for a block, "wait" for anything that is neither block nor error, else the problem
 */
export function readEvent(frame: string): "wait" | string | undefined {
  try {
    const answer = JSON.parse(frame) as {
      result?: { data?: unknown };
      error?: { message?: string; data?: string };
    };
    if (answer.error) return `the subscription was refused: ${answer.error.data ?? answer.error.message}`;
    return answer.result?.data === undefined ? "wait" : undefined;
  } catch {
    return "it does not speak JSON-RPC";
  }
}
