import { RpcError, RpcUnreachable } from "./errors.ts";

/** A request that takes longer counts as an endpoint that does not answer. */
const defaultTimeoutMs = 10_000;

interface NodeError {
  readonly code: number;
  readonly message: string;
  readonly data?: string;
}

type RpcAnswer = { readonly result: unknown } | { readonly error: NodeError };

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
  if ("error" in answer) throw new RpcError(endpoint, method, answer.error);
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
    throw unreachable(endpoint, cause, timeoutMs);
  }
  // CometBFT answers JSON-RPC errors with status 500, so the body decides, not the status.
  const answer = readAnswer(text);
  if (answer !== undefined) return answer;
  throw new RpcUnreachable(endpoint, `HTTP ${response.status}, and the answer is not JSON-RPC`, true);
}

/** What a node says; undefined for what a proxy before it says, such as `{"error": "rate limit exceeded"}`. */
function readAnswer(text: string): RpcAnswer | undefined {
  try {
    const { result, error } = (JSON.parse(text) ?? {}) as { result?: unknown; error?: Partial<NodeError> };
    if (typeof error?.code === "number" && typeof error.message === "string")
      return { error: { ...error, code: error.code, message: error.message } };
    return result === undefined || error ? undefined : { result };
  } catch {
    // Not JSON: a proxy's error page; the status says more than its text.
    return undefined;
  }
}

const noConnection: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "its name does not resolve",
  EAI_AGAIN: "its name does not resolve, because the name server does not answer",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
};

/** What `fetch` hides in `cause`: the system's error code, or that the time was up. */
function unreachable(endpoint: string, error: unknown, timeoutMs: number): RpcUnreachable {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  const known = noConnection[cause?.code ?? ""];
  const reason =
    name === "TimeoutError"
      ? `no answer within ${timeoutMs / 1000} s`
      : (known ?? `the connection failed (${cause?.code ?? cause?.message ?? message})`);
  return new RpcUnreachable(endpoint, reason, known === undefined, { cause: error });
}
