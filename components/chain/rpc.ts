import { RpcError, RpcUnreachable } from "./errors.ts";

/** A request that takes longer counts as an endpoint that does not answer. */
const defaultTimeoutMs = 6_000;

interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: string };
}

/**
 * One JSON-RPC call to a CometBFT node over HTTP.
 *
 * @throws RpcUnreachable when there is no usable answer (try another endpoint)
 * @throws RpcError when the node answers with an error
 */
export async function callRpc(
  endpoint: string,
  method: string,
  params: Readonly<Record<string, unknown>>,
  timeoutMs = defaultTimeoutMs,
): Promise<unknown> {
  const answer = await post(endpoint, { jsonrpc: "2.0", id: 1, method, params }, timeoutMs);
  if (answer.error) throw new RpcError(endpoint, method, answer.error);
  if (answer.result === undefined) throw new RpcUnreachable(endpoint, "the answer is not JSON-RPC");
  return answer.result;
}

async function post(endpoint: string, request: unknown, timeoutMs: number): Promise<RpcAnswer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(endpoint, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
  } catch (cause) {
    throw new RpcUnreachable(endpoint, describeFailure(cause, timeoutMs), { cause });
  }
  try {
    // CometBFT answers JSON-RPC errors with status 500, so the body decides, not the status.
    const answer: unknown = JSON.parse(text);
    if (typeof answer === "object" && answer !== null && ("result" in answer || "error" in answer))
      return answer as RpcAnswer;
  } catch {
    // Not JSON: a proxy's error page; the status says more than its text.
  }
  throw new RpcUnreachable(endpoint, `HTTP ${response.status}, and the answer is not JSON-RPC`);
}

const systemErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "its name does not resolve",
  ECONNRESET: "the connection was cut off",
  UND_ERR_SOCKET: "the connection was cut off",
};

/** What `fetch` hides in `cause`: the system's error code, or that the time was up. */
function describeFailure(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${timeoutMs / 1000} s`;
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return systemErrors[cause?.code ?? ""] ?? cause?.code ?? cause?.message ?? error.message;
}
