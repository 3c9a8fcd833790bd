import { createWriteStream, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { pipeline } from "node:stream/promises";
import { sha256OfFile } from "./checksums.ts";

/** A download that did not work out, in a way that another source may. */
export class DownloadError extends Error {
  /** HTTP status, where the server answered. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.name = "DownloadError";
    this.status = status;
  }
}

export interface DownloadOptions {
  /** Called with the bytes so far and, where the server says, the total. */
  onProgress?: (received: number, total: number | undefined) => void;
  /** Longest silence that is waited for, milliseconds; default 30 000. */
  idleMs?: number;
}

const redirectsAllowed = 5;

/** Downloads `url` into `file`. A short or broken body is an error and leaves no file. */
export async function downloadFile(url: string, file: string, options: DownloadOptions = {}): Promise<void> {
  const response = await request(url, options.idleMs ?? 30_000);
  const total = Number(response.headers["content-length"]) || undefined;
  let received = 0;
  response.on("data", (chunk: Buffer) => {
    received += chunk.length;
    options.onProgress?.(received, total);
  });
  try {
    await pipeline(response, createWriteStream(file));
  } catch (error) {
    rmSync(file, { force: true });
    const code = (error as NodeJS.ErrnoException).code;
    // What the disk says is for the caller to explain; everything else is the line's fault.
    if (code === "ENOSPC" || code === "EDQUOT" || code === "EACCES" || code === "EROFS") throw error;
    throw new DownloadError(`${url} broke off after ${received} bytes`);
  }
  if (total !== undefined && received !== total) {
    rmSync(file, { force: true });
    throw new DownloadError(`${url} ended after ${received} of ${total} bytes`);
  }
}

/** Downloads a small text. */
export async function downloadText(url: string, idleMs = 30_000): Promise<string> {
  const response = await request(url, idleMs);
  let text = "";
  try {
    for await (const chunk of response.setEncoding("utf8")) text += chunk as string;
  } catch {
    throw new DownloadError(`${url} broke off`);
  }
  return text;
}

/** HTTP status of an address without its content; undefined where no server answers within `timeoutMs`. */
export async function statusOf(url: string, timeoutMs: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sent = get(url, { method: "HEAD", timeout: timeoutMs }, (response) => {
      response.resume();
      settle(response.statusCode);
    });
    const timer = setTimeout(() => settle(undefined), timeoutMs);
    const settle = (status: number | undefined) => {
      clearTimeout(timer);
      sent.destroy();
      resolve(status);
    };
    sent.on("error", () => settle(undefined)).on("timeout", () => settle(undefined));
    sent.end();
  });
}

/** Whether `file` has exactly this SHA-256. */
export async function hasSha256(file: string, expected: string): Promise<boolean> {
  return (await sha256OfFile(file)) === expected;
}

async function request(url: string, idleMs: number, redirects = 0): Promise<http.IncomingMessage> {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const sent = get(url, { timeout: idleMs }, resolve);
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${Math.round(idleMs / 1000)} s`)));
    sent.on("error", (error) => reject(new DownloadError(`${url}: ${error.message}`)));
    sent.end();
  });
  const status = response.statusCode ?? 0;
  const location = response.headers.location;
  if (status >= 300 && status < 400 && location) {
    response.resume();
    const next = new URL(location, url);
    if (redirects >= redirectsAllowed)
      throw new DownloadError(`${url}: more than ${redirectsAllowed} redirects`);
    if (url.startsWith("https:") && next.protocol !== "https:") {
      throw new DownloadError(`${url} redirects to ${next.href}, which is not https`);
    }
    return request(next.href, idleMs, redirects + 1);
  }
  if (status !== 200) {
    response.resume();
    throw new DownloadError(`${url} answered ${status}`, status);
  }
  return response;
}

function get(
  url: string,
  options: https.RequestOptions,
  onResponse: (response: http.IncomingMessage) => void,
): http.ClientRequest {
  const client = url.startsWith("https:") ? https : http;
  // HTTPS_PROXY, HTTP_PROXY and NO_PROXY are honoured where this Node can; older ones ignore the option.
  const agent = new client.Agent({ proxyEnv: process.env } as https.AgentOptions);
  return client.request(url, { ...options, agent }, onResponse);
}
