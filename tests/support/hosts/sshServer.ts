import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { connect as connectSocket, createServer } from "node:net";
import ssh2 from "ssh2";
import { keyPair } from "./keys.ts";

export interface ServerOptions {
  /** Public keys that open it. */
  readonly keys?: readonly string[];
  readonly password?: string;
  readonly hostKey?: string;
  /** Cuts the connection when this many bytes of output of a command have gone by. */
  readonly cutAfterBytes?: number;
}

export interface SshServer {
  readonly port: number;
  /** `SHA256:…`. */
  readonly fingerprint: string;
  /** How many connections were made. */
  connections(): number;
  stop(): Promise<void>;
}

/**
 * An SSH server that runs commands on this machine. It stands in for sshd, which a machine that runs unit tests may
 * not have; the integration tests use the real one.
 */
export async function startSshServer(options: ServerOptions = {}): Promise<SshServer> {
  const hostKey = options.hostKey ?? keyPair().private;
  const open = new Set<ssh2.Connection>();
  let made = 0;
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    made++;
    open.add(client);
    client.on("error", () => {});
    client.on("close", () => open.delete(client));
    client.on("authentication", (context) => {
      const { method } = context;
      if (method === "password" && options.password !== undefined && context.password === options.password) {
        return context.accept();
      }
      if (method === "publickey" && (options.keys ?? []).some((key) => sameKey(key, context)))
        return context.accept();
      context.reject(["publickey", "password"]);
    });
    client.on("session", (accept) => {
      accept().on("exec", (acceptExec, _reject, { command }) =>
        runOn(acceptExec(), command, client, options),
      );
    });
    client.on("tcpip", (accept, reject, { destIP, destPort }) => {
      const socket = connectSocket(destPort, destIP);
      socket.once("error", () => reject());
      socket.once("connect", () => {
        const channel = accept();
        socket.pipe(channel).pipe(socket);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const key = ssh2.utils.parseKey(hostKey);
  if (key instanceof Error) throw key;
  const digest = createHash("sha256").update(key.getPublicSSH()).digest("base64").replace(/=+$/, "");
  return {
    port: (server.address() as { port: number }).port,
    fingerprint: `SHA256:${digest}`,
    connections: () => made,
    stop: () =>
      new Promise((resolve) => {
        for (const client of open) client.end();
        server.close(() => resolve());
      }),
  };
}

function sameKey(key: string, context: ssh2.PublicKeyAuthContext): boolean {
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error || !parsed.getPublicSSH().equals(context.key.data)) return false;
  if (context.signature === undefined || context.blob === undefined) return true;
  return parsed.verify(context.blob, context.signature, context.hashAlgo) === true;
}

function runOn(
  channel: ssh2.ServerChannel,
  command: string,
  client: ssh2.Connection,
  options: ServerOptions,
): void {
  // The lock of a real machine lies where only root may write.
  const child = spawn("sh", ["-c", command.replaceAll("/run/pulumi-akash.lock", "/dev/null")]);
  let seen = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    seen += chunk.length;
    if (options.cutAfterBytes !== undefined && seen >= options.cutAfterBytes) return client.end();
    channel.write(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => channel.stderr.write(chunk));
  child.stdin.on("error", () => {});
  channel.pipe(child.stdin);
  channel.on("error", () => {});
  child.once("close", (code) => {
    if (!channel.writable) return;
    channel.exit(code ?? 1);
    channel.end();
  });
}

/** A port on which nothing answers. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
