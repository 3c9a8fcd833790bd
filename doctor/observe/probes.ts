import { X509Certificate } from "node:crypto";
import { request as httpsRequest } from "node:https";
import { createConnection } from "node:net";
import { connect as connectTls } from "node:tls";

/** One end of a TCP connection. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Nothing answered, or not as it should. The message is a clause: "connection refused". */
export class ProbeFailed extends Error {
  override readonly name = "ProbeFailed";
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was cut",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
  ENOTFOUND: "its name does not resolve",
};

/** Why a connection failed, as a clause. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return reasons[code ?? ""] ?? message ?? String(error);
}

/** @throws ProbeFailed when no connection comes about */
export function probeTcp({ host, port }: Place, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new ProbeFailed("no answer"));
    }, timeoutMs);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.destroy();
      resolve();
    });
    socket.once("error", (error) => {
      clearTimeout(timer);
      reject(new ProbeFailed(reasonOf(error)));
    });
  });
}

/** What a server shows of itself in a TLS handshake. Nothing is verified: that is for the checks. */
export interface TlsAnswer {
  readonly certificate: X509Certificate;
  /** `h2` where the server took it. */
  readonly protocol: string | undefined;
}

/**
 * @param serverName sent as SNI; none by default
 * @throws ProbeFailed
 */
export function probeTls(
  { host, port }: Place,
  options: { readonly serverName?: string; readonly timeoutMs: number },
): Promise<TlsAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      host,
      port,
      servername: options.serverName ?? "",
      ALPNProtocols: ["h2", "http/1.1"],
      rejectUnauthorized: false,
    });
    const fail = (reason: string) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new ProbeFailed(reason));
    };
    const timer = setTimeout(fail, options.timeoutMs, "no TLS handshake");
    socket.once("error", (error) => fail(reasonOf(error)));
    socket.once("secureConnect", () => {
      const { raw } = socket.getPeerCertificate();
      const protocol = socket.alpnProtocol || undefined;
      if (raw === undefined) return fail("it showed no certificate");
      clearTimeout(timer);
      socket.destroy();
      resolve({ certificate: new X509Certificate(raw), protocol });
    });
  });
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Most of an answer that is read, in characters. */
const MOST = 1_000_000;

/**
 * Asks over TLS without verifying, with a Host of its own.
 *
 * @throws ProbeFailed
 */
export function probeHttps(
  { host, port }: Place,
  options: { readonly path: string; readonly hostHeader: string; readonly timeoutMs: number },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host,
        port,
        path: options.path,
        servername: "",
        headers: { host: options.hostHeader, accept: "application/json" },
        rejectUnauthorized: false,
        signal: AbortSignal.timeout(options.timeoutMs),
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          if (body.length < MOST) body += chunk;
        });
        response.once("end", () => resolve({ status: response.statusCode ?? 0, body }));
        response.once("error", (error) => reject(new ProbeFailed(reasonOf(error))));
      },
    );
    request.once("error", (error) =>
      reject(new ProbeFailed(error.name === "AbortError" ? "no answer" : reasonOf(error))),
    );
    request.end();
  });
}
