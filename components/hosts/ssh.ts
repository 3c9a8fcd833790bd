import { connect as connectSocket, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Client, type ClientChannel } from "ssh2";
import { credentialsFor } from "./credentials.ts";
import {
  HostAuthRefused,
  HostDisconnected,
  type HostError,
  HostTimedOut,
  HostUnreachable,
} from "./errors.ts";
import { type Ended, type ExecuteOptions, type Executor, lineReader } from "./executor.ts";
import { keyAlgorithms } from "./hostKeyAlgorithms.ts";
import { expectedKeys, judgeKey } from "./hostKeys.ts";
import type { BastionAddress } from "./types.ts";

const CONNECT_MS = 10_000;
const LOGIN_MS = 15_000;
const OPEN_MS = 20_000;
/** After this silence the kernel asks whether the other side is still there, and gives up ten seconds later. */
const KEEPALIVE_MS = 5_000;
/** OpenSSH allows ten sessions on a connection by default (`MaxSessions`). */
const MOST_SESSIONS = 8;

/** The machine as texts name it. */
export function nameOf({ host, user = "root", port = 22 }: BastionAddress): string {
  return `${user}@${host}${port === 22 ? "" : `:${port}`}`;
}

/** One SSH connection; commands share it. */
export class SshConnection implements Executor {
  readonly name: string;
  readonly root: boolean;
  readonly passwordEnv: string | undefined;
  readonly #client: Client;
  #sessions = 0;
  readonly #waiting: (() => void)[] = [];

  private constructor(address: BastionAddress, client: Client) {
    this.name = nameOf(address);
    this.root = (address.user ?? "root") === "root";
    this.passwordEnv = address.passwordEnv;
    this.#client = client;
    // What breaks a connection shows in the commands that run over it.
    client.on("error", () => {});
  }

  /**
   * Logs in.
   *
   * @param stream what leads there
   * @throws HostUnreachable, HostAuthRefused, HostKeyUnknown, HostKeyChanged, HostCredentialUnusable
   */
  static async login(address: BastionAddress, stream: Duplex): Promise<SshConnection> {
    const name = nameOf(address);
    const [{ methods, words }, expected] = await Promise.all([
      credentialsFor(name, address),
      expectedKeys(address),
    ]);
    const client = new Client();
    let refused: HostError | undefined;
    const offers = methods.values();
    return new Promise((resolve, reject) => {
      client.on("error", (error) => {
        if (error.level === "agent") return;
        reject(refused ?? loginError(name, error, words));
      });
      client.once("close", () => reject(refused ?? new HostUnreachable(name, "it closed the connection")));
      client.once("ready", () => {
        client.removeAllListeners("error");
        resolve(new SshConnection(address, client));
      });
      client.connect({
        sock: stream,
        username: address.user ?? "root",
        readyTimeout: LOGIN_MS,
        algorithms: { serverHostKey: keyAlgorithms(expected) },
        hostVerifier: (key: Buffer) => {
          refused = judgeKey(name, address, key, expected);
          return refused === undefined;
        },
        authHandler: (left, _partial, next) => {
          // The first time the server has not said yet what it takes.
          for (const method of offers) {
            const kind = method.type === "agent" ? "publickey" : method.type;
            if (left === null || left.includes(kind)) return next(method);
          }
          // The type lacks `false`, which says that there is nothing more to offer.
          return next(false as unknown as "none");
        },
      });
    });
  }

  onClose(closed: () => void): void {
    this.#client.once("close", closed);
  }

  end(): void {
    this.#client.end();
  }

  /** A stream to another machine, from this one. @throws HostUnreachable naming the other machine */
  forward(to: BastionAddress): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      this.#client.forwardOut("127.0.0.1", 0, to.host, to.port ?? 22, (error, channel) => {
        if (error)
          reject(new HostUnreachable(nameOf(to), `${this.name} could not pass it on (${error.message})`));
        else resolve(channel);
      });
    });
  }

  async execute(
    command: string,
    stdin: readonly (string | Uint8Array)[],
    options: ExecuteOptions,
  ): Promise<Ended> {
    await this.#enter();
    try {
      const channel = await this.#open(command, options.step);
      return await this.#collect(channel, stdin, options);
    } finally {
      this.#sessions--;
      this.#waiting.shift()?.();
    }
  }

  async #enter(): Promise<void> {
    while (this.#sessions >= MOST_SESSIONS) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#sessions++;
  }

  #open(command: string, step: string): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      const broken = () => {
        clearTimeout(timer);
        reject(new HostDisconnected(this.name, step));
      };
      // A machine that has gone without a word would be waited for until the kernel gives the connection up.
      const timer = setTimeout(() => this.#client.destroy(), OPEN_MS);
      this.#client.once("close", broken);
      try {
        this.#client.exec(command, (error, channel) => {
          clearTimeout(timer);
          this.#client.off("close", broken);
          if (error) broken();
          else resolve(channel);
        });
      } catch {
        broken();
      }
    });
  }

  #collect(
    channel: ClientChannel,
    stdin: readonly (string | Uint8Array)[],
    { step, timeoutSeconds, onLine }: ExecuteOptions,
  ): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new HostTimedOut(this.name, step, timeoutSeconds));
        channel.signal("TERM");
        channel.close();
      }, timeoutSeconds * 1000);
      let ended: Pick<Ended, "code" | "signal"> | undefined;
      const stdout: Buffer[] = [];
      const lines = lineReader(onLine);
      channel.on("data", (chunk: Buffer) => stdout.push(chunk));
      channel.stderr.on("data", (chunk: Buffer) => lines.push(chunk));
      channel.on("error", () => {});
      channel.on("exit", (code: number | null, signal?: string) => {
        ended = { code: code ?? undefined, signal };
      });
      channel.on("close", () => {
        clearTimeout(timer);
        lines.end();
        if (ended === undefined) reject(new HostDisconnected(this.name, step));
        else resolve({ ...ended, stdout: Buffer.concat(stdout).toString("utf8") });
      });
      for (const part of stdin) channel.write(typeof part === "string" ? part : Buffer.from(part));
      channel.end();
    });
  }
}

/** @throws HostUnreachable */
export function openSocket(address: BastionAddress): Promise<Socket> {
  const { host, port = 22 } = address;
  return new Promise((resolve, reject) => {
    const fail = (problem: string) => {
      socket.destroy();
      reject(new HostUnreachable(nameOf(address), problem));
    };
    const socket = connectSocket({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEPALIVE_MS,
    });
    const timer = setTimeout(() => fail(`no answer within ${CONNECT_MS / 1000} s`), CONNECT_MS);
    socket.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      fail(error.message || (error.code ?? "unknown error"));
    });
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}

function loginError(name: string, error: Error & { level?: string }, offered: readonly string[]): HostError {
  if (error.level === "client-authentication") return new HostAuthRefused(name, offered);
  const problem = error.level === "client-timeout" ? `no login within ${LOGIN_MS / 1000} s` : error.message;
  return new HostUnreachable(name, problem);
}
