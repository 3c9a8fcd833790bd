import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import pRetry from "p-retry";
import { HostError, HostKeyUnknown, HostUnreachable } from "./errors.ts";
import { LocalExecutor } from "./local.ts";
import { Session } from "./session.ts";
import { openSocket, SshConnection } from "./ssh.ts";
import type { BastionAddress, Host, HostAddress } from "./types.ts";

/** How long a connection that nobody uses is kept for the next one. It never keeps a program from ending. */
const IDLE_MS = 30_000;

/** A connection that callers share. */
interface Pooled {
  readonly connection: Promise<SshConnection>;
  /** The TCP connection below it; none behind a bastion. */
  socket: Socket | undefined;
  users: number;
  idle: NodeJS.Timeout | undefined;
  /** To be ended by its last user, and not to be given to another one. */
  retired: boolean;
}

const pool = new Map<string, Pooled>();

/**
 * Does something on a machine. Connections are kept within the process and shared.
 *
 * @throws HostUnreachable, HostAuthRefused, HostKeyUnknown, HostKeyChanged, HostCredentialUnusable
 */
export async function onHost<T>(address: HostAddress, act: (host: Host) => Promise<T>): Promise<T> {
  if (address.host === "local") return act(new Session(new LocalExecutor(address.passwordEnv)));
  return holding(address, async (connection) => act(new Session(connection)));
}

async function holding<T>(address: HostAddress, act: (connection: SshConnection) => Promise<T>): Promise<T> {
  const { bastion } = address;
  if (bastion === undefined) return sharing(address, undefined, act);
  // The bastion is held as long as what is behind it is used.
  return sharing(bastion, undefined, (through) => sharing(address, through, act));
}

async function sharing<T>(
  address: HostAddress,
  through: SshConnection | undefined,
  act: (connection: SshConnection) => Promise<T>,
): Promise<T> {
  const key = keyOf(address);
  const pooled = pool.get(key) ?? open(key, address, through);
  pooled.users++;
  clearTimeout(pooled.idle);
  pooled.socket?.ref();
  try {
    return await act(await pooled.connection);
  } finally {
    pooled.users--;
    if (pooled.users === 0) {
      if (pooled.retired) end(pooled);
      else rest(key, pooled);
    }
  }
}

function keyOf({ host, user, port, keyFile, passwordEnv, hostKey, bastion }: HostAddress): string {
  return JSON.stringify([host, user, port, keyFile, passwordEnv, hostKey, bastion && keyOf(bastion)]);
}

function open(key: string, address: BastionAddress, through: SshConnection | undefined): Pooled {
  const attempt = pRetry(() => login(address, through), {
    retries: 4,
    minTimeout: 150,
    factor: 2,
    shouldRetry: ({ error }) => error instanceof HostUnreachable && turnedAway(error),
  });
  const connection = attempt.then(({ connection: opened, socket }) => {
    pooled.socket = socket;
    opened.onClose(forget);
    return opened;
  });
  const pooled: Pooled = { connection, socket: undefined, users: 0, idle: undefined, retired: false };
  const forget = () => {
    if (pool.get(key) === pooled) pool.delete(key);
  };
  connection.catch(forget);
  pool.set(key, pooled);
  return pooled;
}

async function login(address: BastionAddress, through: SshConnection | undefined) {
  if (through !== undefined) return overStream(address, await through.forward(address));
  const socket = await openSocket(address);
  return { ...(await overStream(address, socket)), socket };
}

async function overStream(
  address: BastionAddress,
  stream: Duplex,
): Promise<{ connection: SshConnection; socket?: Socket }> {
  try {
    return { connection: await SshConnection.login(address, stream) };
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

/** sshd drops some connections when many are made at once (`MaxStartups`). */
function turnedAway({ message }: HostUnreachable): boolean {
  return /closed the connection|before handshake|ECONNRESET/.test(message);
}

function rest(key: string, pooled: Pooled): void {
  pooled.socket?.unref();
  pooled.idle = setTimeout(() => retire(key, pooled), IDLE_MS).unref();
}

function retire(key: string, pooled: Pooled): void {
  clearTimeout(pooled.idle);
  pooled.retired = true;
  if (pool.get(key) === pooled) pool.delete(key);
  if (pooled.users === 0) end(pooled);
}

function end({ connection }: Pooled): void {
  connection.then(
    (opened) => opened.end(),
    () => {},
  );
}

/** Lets the next caller make a new connection to a machine; this one ends with its last user. */
export function disconnect(address: HostAddress): void {
  const key = keyOf(address);
  const pooled = pool.get(key);
  if (pooled !== undefined) retire(key, pooled);
}

/** Ends all connections. */
export function disconnectAll(): void {
  for (const [key, pooled] of pool) retire(key, pooled);
}

/**
 * Machines whose key nobody has confirmed yet: `up` shows them, asks once and pins them. One behind a bastion that
 * is unknown itself shows only after the bastion is pinned. What else keeps a machine from being reached is not said
 * here: whoever reads the machines then says it of all at once.
 */
export async function unknownHostKeys(addresses: readonly HostAddress[]): Promise<HostKeyUnknown[]> {
  const seen = await Promise.all(
    addresses.map((address) =>
      onHost(address, async () => undefined).catch((error: unknown) => {
        if (error instanceof HostError) return error;
        throw error;
      }),
    ),
  );
  const unknown = seen.filter((error) => error instanceof HostKeyUnknown);
  return [...new Map(unknown.map((error) => [error.line, error])).values()];
}
