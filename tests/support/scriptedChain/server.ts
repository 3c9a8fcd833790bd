import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type WebSocket, WebSocketServer } from "ws";
import { blockEvent, type View } from "./answers.ts";
import { methods, type Params } from "./methods.ts";
import { decodeTransaction } from "./transaction.ts";

interface Request {
  readonly id: unknown;
  readonly method: string;
  readonly params: Params;
}

type Answer = { readonly jsonrpc: "2.0"; readonly id: unknown } & (
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: string } }
);

/** Thrown to cut the connection instead of answering. */
class ConnectionCut extends Error {}

export interface Server {
  readonly port: number;
  /** Requests served, by method; queries also by `abci_query:<path>`. */
  readonly requests: Map<string, number>;
  closeWebsockets(): void;
  close(): Promise<void>;
}

/** JSON-RPC over HTTP (POST, and GET with the method as the path) and over a websocket at `/websocket`. */
export async function startServer(view: View, port: number): Promise<Server> {
  const requests = new Map<string, number>();
  const http = createServer((request, response) => {
    void serveHttp(view, requests, request, response);
  });
  const websockets = new WebSocketServer({ noServer: true });
  http.on("connection", (socket) => {
    if (view.faults.refuseConnections) socket.destroy();
  });
  http.on("upgrade", (request, socket: Socket, head) => {
    if (view.faults.websocket === "missing" || request.url !== "/websocket") {
      socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    websockets.handleUpgrade(request, socket, head, (client) => serveWebsocket(view, requests, client));
  });
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, "127.0.0.1", resolve);
  });
  const closeWebsockets = () => {
    for (const client of websockets.clients) client.terminate();
  };
  return {
    port: (http.address() as AddressInfo).port,
    requests,
    closeWebsockets,
    close: async () => {
      closeWebsockets();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

async function serveHttp(
  view: View,
  requests: Map<string, number>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk as Buffer);
    if (view.faults.refuseConnections) throw new ConnectionCut();
    const call = request.method === "POST" ? parse(Buffer.concat(body)) : fromUrl(request.url ?? "/");
    const answer = await serve(view, requests, call);
    // CometBFT answers errors of the URL form with status 500, those of the body form with 200.
    const status = request.method !== "POST" && "error" in answer ? 500 : 200;
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  } catch (error) {
    if (!(error instanceof ConnectionCut)) {
      response.writeHead(500).end(String(error));
      return;
    }
    request.socket.destroy();
  }
}

function serveWebsocket(view: View, requests: Map<string, number>, client: WebSocket): void {
  const subscriptions = new Map<string, () => void>();
  const stop = () => {
    for (const cancel of subscriptions.values()) cancel();
    subscriptions.clear();
  };
  const reply = (answer: unknown) => client.send(JSON.stringify(answer));
  const handle = async (call: Request) => {
    const query = String(call.params["query"] ?? "");
    if (call.method === "subscribe") {
      count(requests, call.method);
      subscriptions.get(query)?.();
      subscriptions.set(query, subscribe(view, query, call.id, reply));
      reply(result(call.id, {}));
    } else if (call.method === "unsubscribe" || call.method === "unsubscribe_all") {
      count(requests, call.method);
      if (call.method === "unsubscribe_all") stop();
      subscriptions.get(query)?.();
      subscriptions.delete(query);
      reply(result(call.id, {}));
    } else {
      reply(await serve(view, requests, call));
    }
  };
  client.on("close", stop);
  client.on("message", (data) => {
    handle(parse(Buffer.from(data as Buffer))).catch(() => client.terminate());
  });
}

function subscribe(view: View, query: string, id: unknown, reply: (answer: unknown) => void): () => void {
  const listener = (block: Parameters<typeof blockEvent>[1]) => {
    if (view.faults.websocket === "silent" || !/NewBlock/.test(query)) return;
    reply(result(id, blockEvent(view, block, query)));
  };
  view.node.on("block", listener);
  return () => view.node.off("block", listener);
}

/** Answers one call, with the faults that concern it. */
async function serve(view: View, requests: Map<string, number>, call: Request): Promise<Answer> {
  const { faults, node } = view;
  count(requests, call.method);
  if (call.method === "abci_query") count(requests, `abci_query:${String(call.params["path"])}`);
  if (faults.delayMs > 0) await delay(faults.delayMs);
  const failure = faults.failMethods[call.method];
  if (failure !== undefined) return internalError(call.id, failure);
  const method = methods[call.method];
  if (method === undefined) {
    return { jsonrpc: "2.0", id: call.id, error: { code: -32601, message: "Method not found" } };
  }
  const broadcast = call.method.startsWith("broadcast_tx");
  if (broadcast && faults.loseBroadcasts > 0) {
    faults.loseBroadcasts -= 1;
    throw new ConnectionCut();
  }
  if (broadcast && faults.sequenceRaces > 0) {
    faults.sequenceRaces -= 1;
    node.raceSequence(signerOf(call.params["tx"]));
  }
  let answer: Answer;
  try {
    answer = result(call.id, method(view, call.params));
  } catch (error) {
    answer = internalError(call.id, error instanceof Error ? error.message : String(error));
  }
  if (broadcast && faults.dropBroadcastAnswers > 0) {
    faults.dropBroadcastAnswers -= 1;
    throw new ConnectionCut();
  }
  if (broadcast && faults.lateBroadcastAnswerMs > 0) await delay(faults.lateBroadcastAnswerMs);
  return answer;
}

function signerOf(transaction: unknown): string {
  return decodeTransaction(Buffer.from(String(transaction), "base64")).messages[0]?.signer ?? "";
}

function count(requests: Map<string, number>, key: string): void {
  requests.set(key, (requests.get(key) ?? 0) + 1);
}

function result(id: unknown, value: unknown): Answer {
  return { jsonrpc: "2.0", id, result: value };
}

function internalError(id: unknown, data: string): Answer {
  return { jsonrpc: "2.0", id, error: { code: -32603, message: "Internal error", data } };
}

function parse(body: Buffer): Request {
  const { id, method, params } = JSON.parse(body.toString("utf8")) as Partial<Request>;
  return { id: id ?? -1, method: String(method), params: params ?? {} };
}

/** `/tx?hash=0x…`: strings are quoted in the URL form. */
function fromUrl(url: string): Request {
  const { pathname, searchParams } = new URL(url, "http://node");
  const params = [...searchParams].map(([key, value]) => [key, value.replace(/^"(.*)"$/, "$1")]);
  return { id: -1, method: pathname.slice(1), params: Object.fromEntries(params) as Params };
}
