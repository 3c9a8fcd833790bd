import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** What to answer; `hang` never answers, `drop` closes the connection. */
export type Reply = { readonly status: number; readonly body?: unknown } | "hang" | "drop";

export interface ApiServer {
  readonly kubeconfig: string;
  readonly seen: SeenRequest[];
  close(): Promise<void>;
}

/** Stands in for an API server: answers from a script, since a real one can't be told to fail at a step. */
export async function startApiServer(
  replies: Reply[],
  user: object = { token: "s3cret" },
): Promise<ApiServer> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    seen.push({
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: body && JSON.parse(body),
    });
    const reply = replies.shift() ?? { status: 500 };
    if (reply === "hang") return;
    if (reply === "drop") return request.socket.destroy();
    response.writeHead(reply.status).end(reply.body === undefined ? "" : JSON.stringify(reply.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    kubeconfig: kubeconfigFor(`http://127.0.0.1:${port}`, user),
    seen,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export function kubeconfigFor(server: string, user: object, cluster: object = {}): string {
  return JSON.stringify({
    "current-context": "here",
    contexts: [{ name: "here", context: { cluster: "box", user: "me" } }],
    clusters: [{ name: "box", cluster: { server, ...cluster } }],
    users: [{ name: "me", user }],
  });
}
