import { readFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import type { Identity } from "./pki.ts";

export interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM of who is trusted; anybody without it. */
  readonly ca?: string | undefined;
  readonly identity?: Identity | undefined;
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** One HTTPS request. */
export function call(url: string, options: Call = {}): Promise<Answer> {
  const { method = "GET", body, headers = {}, ca, identity, timeoutMs = 10_000 } = options;
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      url,
      {
        method,
        headers: { ...(text === undefined ? {} : { "content-type": "application/json" }), ...headers },
        timeout: timeoutMs,
        rejectUnauthorized: ca !== undefined,
        ...(ca === undefined ? {} : { ca }),
        ...(identity === undefined
          ? {}
          : { cert: readFileSync(identity.certificate), key: readFileSync(identity.key) }),
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.once("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }),
        );
        response.once("error", reject);
      },
    );
    request.once("timeout", () => request.destroy(new Error(`no answer from ${url} within ${timeoutMs} ms`)));
    request.once("error", reject);
    request.end(text);
  });
}

/** The same; anything but success throws with what the other side said. */
export async function ask<T>(url: string, options: Call = {}): Promise<T> {
  const { status, text } = await call(url, options);
  if (status >= 300) throw new Refused(`${url}: ${status} ${text.trim().slice(0, 500)}`, status);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

export class Refused extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}
