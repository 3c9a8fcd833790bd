import { connect } from "node:http2";
import { type Place, ProbeFailed, reasonOf } from "./probes.ts";

/** How a call ended (`grpc-status`): 0 is well, 12 is a method that the server does not have. */
export interface GrpcAnswer {
  readonly status: number;
  /** What the server says of it; often empty. */
  readonly message: string;
}

/** A message of no bytes, such as `google.protobuf.Empty`: not compressed, length 0. */
const EMPTY = Buffer.alloc(5);

/**
 * Calls a method over TLS, which is not verified, with an empty message. What it answers is not read: how it ends says
 * whether the service is there.
 *
 * @param method `/package.Service/Method`
 * @throws ProbeFailed where what answers is no gRPC server
 */
export function probeGrpc({ host, port }: Place, method: string, timeoutMs: number): Promise<GrpcAnswer> {
  return new Promise((resolve, reject) => {
    const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`;
    const session = connect(`https://${authority}`, { rejectUnauthorized: false, servername: "" });
    const end = (answer: GrpcAnswer | string) => {
      clearTimeout(timer);
      session.destroy();
      if (typeof answer === "string") reject(new ProbeFailed(answer));
      else resolve(answer);
    };
    const timer = setTimeout(end, timeoutMs, "no answer to a gRPC call");
    session.once("error", (error) => end(reasonOf(error)));
    session.once("remoteSettings", () => {
      const call = session.request({
        ":method": "POST",
        ":path": method,
        "content-type": "application/grpc",
        te: "trailers",
      });
      let status = 0;
      const read = (headers: Readonly<Record<string, unknown>>) => {
        const code = headers["grpc-status"];
        if (code === undefined) return;
        end({ status: Number(code), message: textOf(headers["grpc-message"]) });
      };
      call.once("error", (error) => end(reasonOf(error)));
      call.once("response", (headers) => {
        status = headers[":status"] ?? 0;
        // A call that fails at once ends with its first headers.
        read(headers);
      });
      call.once("trailers", read);
      call.once("close", () => end(`it answers ${status} and not as gRPC does`));
      call.resume();
      call.end(EMPTY);
    });
  });
}

/** Bytes beyond ASCII are percent-encoded; what is not, and looks so, is shown as it is. */
function textOf(message: unknown): string {
  const text = String(message ?? "");
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
