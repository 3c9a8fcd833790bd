import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import { json } from "node:stream/consumers";
import { type Credentials, readCredentials } from "./credentials.ts";
import { ClusterUnreachable } from "./errors.ts";
import type { Kubeconfig } from "./kubeconfig.ts";
import type { Method } from "./types.ts";

export interface Answer {
  readonly status: number;
  /** Parsed JSON; undefined when the answer was empty or no JSON. */
  readonly body: unknown;
  /** The server's clock, in seconds; undefined when it did not say. */
  readonly time: Date | undefined;
}

const attempts = 3;
const pauseMs = 100;
const overloaded = new Set([429, 502, 503, 504]);

/** Requests to one API server over kept-alive connections; sockets that idle do not hold up the process. */
export class Connection {
  readonly server: string;
  readonly #kubeconfig: Kubeconfig;
  readonly #timeoutMs: number;
  readonly #agent: Agent | HttpAgent;
  #credentials: Promise<Credentials> | undefined;

  constructor(kubeconfig: Kubeconfig, timeoutMs: number) {
    this.server = kubeconfig.cluster.server;
    this.#kubeconfig = kubeconfig;
    this.#timeoutMs = timeoutMs;
    const settings = { keepAlive: true, maxSockets: 8 };
    this.#agent = this.server.startsWith("http:") ? new HttpAgent(settings) : new Agent(settings);
  }

  /**
   * Sends one request. What can safely be sent again is, when the server is overloaded or the connection breaks.
   *
   * @throws ClusterUnreachable
   */
  async send(method: Method, path: string, body: unknown, contentType: string): Promise<Answer> {
    const last = method === "POST" ? 1 : attempts;
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#sendOnce(method, path, body, contentType);
        if (attempt === last || !overloaded.has(answer.status)) return answer;
      } catch (error) {
        if (!isTransport(error)) throw error;
        if (attempt === last || isTimeout(error)) throw this.#unreachable(error);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs * attempt));
    }
  }

  async #sendOnce(method: Method, path: string, body: unknown, contentType: string): Promise<Answer> {
    const { options } = await this.#currentCredentials();
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const response = await this.#exchange(
      new URL(`${this.server}${path}`),
      {
        agent: this.#agent,
        ...options,
        method,
        headers: {
          accept: "application/json",
          "user-agent": "pulumi-akash",
          ...options.headers,
          ...(payload && { "content-type": contentType, "content-length": Buffer.byteLength(payload) }),
        },
        signal: AbortSignal.timeout(this.#timeoutMs),
      },
      payload,
    );
    const { date } = response.headers;
    return {
      status: response.statusCode ?? 0,
      body: await json(response).catch(rethrowTransport),
      time: date === undefined ? undefined : new Date(date),
    };
  }

  #exchange(url: URL, options: RequestOptions, payload: string | undefined): Promise<IncomingMessage> {
    const start = url.protocol === "http:" ? httpRequest : httpsRequest;
    return new Promise((resolve, reject) => {
      start(url, options, resolve).on("error", reject).end(payload);
    });
  }

  async #currentCredentials(): Promise<Credentials> {
    const known = await this.#credentials;
    if (known && known.expires > Date.now()) return known;
    this.#credentials = readCredentials(this.#kubeconfig);
    this.#credentials.catch(() => {
      this.#credentials = undefined;
    });
    return this.#credentials;
  }

  #unreachable(error: TransportError): ClusterUnreachable {
    const seconds = this.#timeoutMs / 1000;
    const problem = isTimeout(error) ? `no answer within ${seconds} s` : describe(error);
    return new ClusterUnreachable(this.server, problem);
  }
}

interface TransportError extends Error {
  readonly code: string;
}

/** Errors of sockets, TLS and name resolution carry a code; our own do not. */
function isTransport(error: unknown): error is TransportError {
  return error instanceof Error && "code" in error;
}

function isTimeout(error: Error): boolean {
  return error.name === "AbortError";
}

function describe(error: TransportError): string {
  // A connection refused on all addresses of a name has a code only.
  return error.message || error.code;
}

/** A body that is no JSON (a proxy's page) counts as none; one that broke off is a broken connection. */
function rethrowTransport(error: unknown): undefined {
  if (isTransport(error)) throw error;
  return undefined;
}
