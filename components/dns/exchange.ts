import { connect } from "node:net";
import { NameServerUnreachable } from "./errors.ts";

/** A name server; every server of a zone answers over TCP (RFC 7766), which needs no retries and no size limit. */
export interface NameServer {
  /** IP address or host name. */
  readonly server: string;
  /** Default: 53. */
  readonly port?: number;
}

/** `host:port`, for messages. */
export function serverText({ server, port = 53 }: NameServer): string {
  return server.includes(":") ? `[${server}]:${port}` : `${server}:${port}`;
}

/**
 * Sends one message and returns its answer.
 *
 * @throws NameServerUnreachable
 */
export function exchange(at: NameServer, message: Buffer, timeoutMs = 5000): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect({ host: at.server, port: at.port ?? 53, timeout: timeoutMs });
    const deadline = setTimeout(() => fail(`no answer in ${timeoutMs} ms`), timeoutMs);
    const settle = (finish: () => void) => {
      clearTimeout(deadline);
      socket.destroy();
      finish();
    };
    const fail = (reason: string) => settle(() => reject(new NameServerUnreachable(serverText(at), reason)));
    socket.on("connect", () => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.write(Buffer.concat([length, message]));
    });
    socket.on("data", (chunk) => {
      received.push(chunk);
      const all = Buffer.concat(received);
      if (all.length < 2 || all.length < 2 + all.readUInt16BE(0)) return;
      const answer = all.subarray(2, 2 + all.readUInt16BE(0));
      settle(() => resolve(answer));
    });
    socket.on("error", (error) => fail(error.message));
    socket.on("end", () => fail("it closed the connection without an answer"));
  });
}
