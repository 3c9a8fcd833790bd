import { createPrivateKey } from "node:crypto";
import { createServer, type Server } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import { Status } from "@akashnetwork/chain-sdk/private-types/provider.akash.v1";
import { sha256 } from "@noble/hashes/sha2.js";
import { createProviderKey, type ProviderKey } from "../../../components/wallet/providerKey.ts";
import type { Wallet } from "../../../components/wallet/types.ts";

/** A certificate with its key, as a TLS server takes them. */
export interface ServerKey {
  readonly cert: string;
  readonly key: string;
}

/** What tenants reach of a site. */
export interface TestGateway {
  /** Ports by the site's own: 80, 443, 8443 and 8444. */
  readonly ports: Readonly<Record<number, number>>;
  /** Served on 8443 and 8444. */
  provider: ServerKey;
  /** Served on 8443 to who asks for a host by name. Default: the provider's. */
  browsers: ServerKey | undefined;
  /** Served on 443. */
  leases: ServerKey;
  /** Port of a service that says whether a port is open from outside: all are but the gRPC port. */
  readonly outsidePort: number;
  /** Answer of 8443 to `/status`; a string is sent as it is. */
  status: unknown;
  /** Status of 80 for any host. */
  httpStatus: number;
  /** What 8444 is: the provider, also while it starts, another gRPC server, a web server with or without HTTP/2. */
  grpc: "provider" | "starting" | "other" | "http2" | "http1";
  /** Lets a port, by the site's own number, refuse connections. */
  close(port: number): Promise<void>;
  /** Opens all ports again. */
  open(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Stands in for a site's ingress and provider, which need a cluster that runs containers: the four ports, the
 * certificates, `/status` and gRPC's `GetStatus`, as `gateway/rest` and `gateway/grpc` of the provider serve them.
 */
export async function startTestGateway(provider: ServerKey, leases: ServerKey): Promise<TestGateway> {
  const http = createServer((_request, response) => response.writeHead(gateway.httpStatus).end());
  const https = createHttpsServer({ ...leases }, (_request, response) => response.writeHead(404).end());
  const SNICallback = (_name: string, done: (error: null, context?: SecureContext) => void) =>
    done(null, gateway.browsers === undefined ? undefined : createSecureContext({ ...gateway.browsers }));
  const api = createHttpsServer({ ...provider, SNICallback }, (request, response) => {
    const { status } = gateway;
    const body = typeof status === "string" ? status : JSON.stringify(status);
    response.writeHead(request.url === "/status" ? 200 : 404).end(body);
  });
  const grpc = createSecureServer({ ...provider });
  grpc.on("stream", (stream, { ":path": path = "" }) => {
    if (gateway.grpc === "http2") return stream.respond({ ":status": 200 }, { endStream: true });
    const head = { ":status": 200, "content-type": "application/grpc" };
    const [, service = ""] = path.split("/");
    if (gateway.grpc === "other" || service !== "akash.provider.v1.ProviderRPC") {
      const status = { "grpc-status": "12", "grpc-message": `unknown service ${service}` };
      return stream.respond({ ...head, ...status }, { endStream: true });
    }
    if (gateway.grpc === "starting") {
      const status = { "grpc-status": "2", "grpc-message": "inventory status not available yet" };
      return stream.respond({ ...head, ...status }, { endStream: true });
    }
    // As the provider's server does: headers, one message behind its length, then how it ended.
    stream.respond(head, { waitForTrailers: true });
    stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0", "grpc-message": "" }));
    const message = Status.encode(Status.fromPartial({ publicHostnames: ["provider"] })).finish();
    const length = Buffer.alloc(5);
    length.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([length, message]));
  });
  const plain = createHttpsServer({ ...provider }, (_request, response) => response.end());
  const fronts = new Map<number, { readonly front: TcpServer; readonly behind: () => TcpServer }>();
  for (const [port, behind] of [
    [80, () => http as TcpServer],
    [443, () => https as TcpServer],
    [8443, () => api as TcpServer],
    [8444, () => (gateway.grpc === "http1" ? plain : (grpc as unknown as TcpServer))],
  ] as const) {
    fronts.set(port, {
      behind,
      front: createTcpServer((socket) => {
        if (port !== 80) {
          const key = port === 443 ? gateway.leases : gateway.provider;
          (behind() as unknown as { setSecureContext(key: ServerKey): void }).setSecureContext(key);
        }
        behind().emit("connection", socket);
      }),
    });
  }
  const ports: Record<number, number> = {};
  for (const [port, { front }] of fronts) {
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    ports[port] = (front.address() as AddressInfo).port;
  }
  const outside = createServer((request, response) => response.end(String(!request.url?.endsWith("/8444"))));
  await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve));
  const gateway: TestGateway = {
    ports,
    outsidePort: (outside.address() as AddressInfo).port,
    provider,
    browsers: undefined,
    leases,
    status: {},
    httpStatus: 404,
    grpc: "provider",
    close: (port) => new Promise((resolve) => fronts.get(port)?.front.close(() => resolve())),
    open: async () => {
      for (const [port, { front }] of fronts) {
        if (front.listening) continue;
        await new Promise<void>((resolve) => front.listen(ports[port], "127.0.0.1", resolve));
      }
    },
    stop: async () => {
      for (const { front } of fronts.values()) if (front.listening) front.close();
      outside.close();
      for (const server of [http, https, api, plain, outside] as Server[]) server.closeAllConnections();
    },
  };
  return gateway;
}

/** A provider's key with what opens it for a server. */
export async function makeServerKey(
  wallet: Wallet,
  host: string,
  validDays = 365,
): Promise<{ readonly sealed: ProviderKey; readonly server: ServerKey }> {
  const sealed = await createProviderKey(wallet, { host, validDays });
  return { sealed, server: await serverKeyOf(wallet, sealed.sealedPem) };
}

/** Opens a sealed key as the provider does. */
export async function serverKeyOf(wallet: Wallet, sealedPem: string): Promise<ServerKey> {
  const passphrase = Buffer.from(await wallet.sign(sha256(Buffer.from(wallet.address))));
  const [pem = ""] = /-----BEGIN ENCRYPTED[\s\S]+$/.exec(sealedPem) ?? [];
  const key = createPrivateKey({ key: pem, passphrase }).export({ type: "pkcs8", format: "pem" });
  return { cert: sealedPem.slice(0, sealedPem.indexOf("-----BEGIN ENCRYPTED")), key: String(key) };
}
