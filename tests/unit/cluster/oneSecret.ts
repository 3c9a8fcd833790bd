import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { kubeconfigFor } from "./server.ts";

type SecretObject = { data: Record<string, string>; [key: string]: unknown };

/** Stands in for an API server that holds one Secret: applies, merges, deletes. */
export class OneSecret {
  secret: SecretObject | undefined;
  /** Names of the files in each version of it that was written. */
  readonly writes: string[][] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
      if (request.method === "PATCH") {
        this.secret = (await json(request)) as SecretObject;
        this.writes.push(Object.keys(this.secret.data));
      }
      const secret = this.secret;
      if (request.method === "DELETE") this.secret = undefined;
      return secret ? answer(200, secret) : answer(404, {});
    });
  }

  async start(): Promise<{ kubeconfig: string }> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const { port } = this.#server.address() as AddressInfo;
    return { kubeconfig: kubeconfigFor(`http://127.0.0.1:${port}`, {}) };
  }

  hold(files: Readonly<Record<string, Uint8Array>>): void {
    const data = Object.entries(files).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
    this.secret = { metadata: { namespace: "n", name: "s" }, type: "Opaque", data: Object.fromEntries(data) };
  }

  /** A file's text. */
  file(name: string): string {
    return Buffer.from(this.secret?.data[name] ?? "", "base64").toString();
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
