import { checkEndpoint, failureOf, type NodeStatus, readStatus } from "./endpoints.ts";
import {
  type EndpointFailure,
  NoUsableEndpoint,
  QueryRefused,
  RpcError,
  RpcUnreachable,
  UnknownGeneration,
} from "./errors.ts";
import { isUnknownPath, type NodeVersions, probeGeneration, statedGeneration } from "./generations.ts";
import { resolveNetwork } from "./networks.ts";
import type { Query } from "./queries.ts";
import { callRpc } from "./rpc.ts";
import type { ChainClient, Generation, NetworkConfig, NetworkReference } from "./types.ts";
import { checkWebsocket } from "./websocket.ts";

export interface ChainOptions {
  /** How long one request may take, in milliseconds; default 10000. */
  readonly timeoutMs?: number;
  /**
   * Take only an endpoint whose websocket delivers a block, as the provider process needs it; default false.
   * It takes as long as the chain takes for a block.
   */
  readonly websocket?: boolean;
  /** Share nothing with other callers, and so nothing that they have learnt of the chain; default false. */
  readonly fresh?: boolean;
}

/** A {@link ChainClient} with the raw calls that signing needs. */
export interface ChainConnection extends ChainClient {
  /**
   * A JSON-RPC call that moves on to the next endpoint when one does not answer.
   *
   * @param onLost called when an endpoint may have received the request and did not answer it
   */
  rpc(method: string, params: Readonly<Record<string, unknown>>, onLost?: () => void): Promise<unknown>;
  /** @throws QueryRefused */
  query<Result>(query: Query<Result>): Promise<Result>;
  /** Like `query`; undefined where the chain says that there is no such thing. */
  find<Result>(query: Query<Result>): Promise<Result | undefined>;
}

/** Their messages take 0.1 s to load, which is spared who only asks whether the chain answers. */
const queries = () => import("./queries.ts");

const connections = new Map<string, Promise<ChainConnection>>();

/**
 * Connects to a chain: picks the first endpoint that passes the gate and learns the message generation.
 * One connection is shared by all callers in a process; two requests, where the node states its generation.
 *
 * @throws NetworkNotRunning, NoUsableEndpoint, UnknownGeneration
 */
export function openChain(reference: NetworkReference, options: ChainOptions = {}): Promise<ChainConnection> {
  const network = resolveNetwork(reference);
  if (options.fresh === true) return Connection.open(network, options);
  const { chainId, rpc, gasPrice } = network;
  const key = JSON.stringify([chainId, rpc, gasPrice, options.websocket === true]);
  let connection = connections.get(key);
  if (!connection) {
    connection = Connection.open(network, options);
    connections.set(key, connection);
    connection.catch(() => connections.delete(key));
  }
  return connection;
}

class Connection implements ChainConnection {
  readonly network: NetworkConfig;
  #generation: Generation | undefined;
  #endpoint = "";
  readonly #options: ChainOptions;
  #choosing: Promise<void> | undefined;

  private constructor(network: NetworkConfig, options: ChainOptions) {
    this.network = network;
    this.#options = options;
  }

  static async open(network: NetworkConfig, options: ChainOptions): Promise<Connection> {
    const connection = new Connection(network, options);
    await connection.#choose(network.rpc, []);
    connection.#generation = await connection.#discover();
    return connection;
  }

  get endpoint(): string {
    return this.#endpoint;
  }

  get generation(): Generation {
    if (!this.#generation) throw new UnknownGeneration(this.network.chainId, this.#endpoint);
    return this.#generation;
  }

  async provider(owner: string) {
    const { providerQuery } = await queries();
    return this.find(providerQuery(this.generation, owner));
  }

  async certificates(owner: string) {
    const { certificatesQuery } = await queries();
    return this.query(certificatesQuery(this.generation, owner));
  }

  async auditors(owner: string) {
    const { auditQuery } = await queries();
    return (await this.find(auditQuery(this.generation, owner))) ?? [];
  }

  async balances(owner: string) {
    const { balancesQuery } = await import("./balances.ts");
    return this.query(balancesQuery(owner));
  }

  async latestBlock(): Promise<NodeStatus> {
    return this.#failover((endpoint) => readStatus(endpoint, this.#options.timeoutMs));
  }

  async recheck(): Promise<void> {
    const endpoint = this.#endpoint;
    const failure = await checkEndpoint(endpoint, this.network.chainId, this.#options.timeoutMs);
    if (failure) await this.#leave(endpoint, [failure]);
  }

  async rpc(
    method: string,
    params: Readonly<Record<string, unknown>>,
    onLost?: () => void,
  ): Promise<unknown> {
    return this.#failover((endpoint) => callRpc(endpoint, method, params, this.#options.timeoutMs), onLost);
  }

  async query<Result>(query: Query<Result>): Promise<Result> {
    const answer = await this.#ask(query.path, query.data);
    if (answer.code !== 0) throw new QueryRefused(query.path, answer);
    return query.decode(answer.value);
  }

  async find<Result>(query: Query<Result>): Promise<Result | undefined> {
    try {
      return await this.query(query);
    } catch (error) {
      if (error instanceof QueryRefused && isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #discover(): Promise<Generation> {
    const versions = (await this.rpc("akash", {}).catch(ignoreRefusal)) as NodeVersions | undefined;
    const generation =
      statedGeneration(versions ?? {}) ?? (await probeGeneration((path) => this.#serves(path)));
    if (!generation) throw new UnknownGeneration(this.network.chainId, this.#endpoint);
    return generation;
  }

  async #serves(path: string): Promise<boolean> {
    return !isUnknownPath(await this.#ask(path, new Uint8Array()));
  }

  async #ask(path: string, data: Uint8Array) {
    const params = { path, data: Buffer.from(data).toString("hex"), prove: false };
    const { response } = (await this.rpc("abci_query", params)) as {
      response: { code?: number; codespace?: string; log?: string; value?: string | null };
    };
    const { code = 0, codespace = "", log = "", value } = response;
    return { code, codespace, log, value: new Uint8Array(Buffer.from(value ?? "", "base64")) };
  }

  /** Calls the endpoint in use; when it does not answer, each other one and at last the same one again. */
  async #failover<Result>(call: (endpoint: string) => Promise<Result>, onLost?: () => void): Promise<Result> {
    const failures: EndpointFailure[] = [];
    for (let attempt = 0; ; attempt++) {
      const endpoint = this.#endpoint;
      try {
        return await call(endpoint);
      } catch (error) {
        if (!(error instanceof RpcUnreachable)) throw error;
        if (error.mayHaveArrived) onLost?.();
        failures.push(failureOf(endpoint, error));
        if (attempt === this.network.rpc.length) throw new NoUsableEndpoint(this.network.chainId, failures);
        await this.#leave(endpoint, failures);
      }
    }
  }

  /** Callers that fail on the same endpoint together choose the next one once. */
  async #leave(endpoint: string, failures: readonly EndpointFailure[]): Promise<void> {
    if (this.#endpoint !== endpoint) return;
    const { rpc } = this.network;
    const next = rpc.indexOf(endpoint) + 1;
    this.#choosing ??= this.#choose([...rpc.slice(next), ...rpc.slice(0, next)], failures).finally(() => {
      this.#choosing = undefined;
    });
    await this.#choosing;
  }

  /** Takes the first of the endpoints that passes the gate. */
  async #choose(endpoints: readonly string[], before: readonly EndpointFailure[]): Promise<void> {
    const failures = [...before];
    for (const endpoint of endpoints) {
      const failure =
        (await checkEndpoint(endpoint, this.network.chainId, this.#options.timeoutMs)) ??
        (this.#options.websocket ? await checkWebsocket(endpoint) : undefined);
      if (!failure) {
        this.#endpoint = endpoint;
        return;
      }
      failures.push(failure);
    }
    throw new NoUsableEndpoint(this.network.chainId, failures);
  }
}

/** A node without the method says so; one that does not answer at all is another matter. */
function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof RpcError)) throw error;
}

/** Modules say "not found" under different codes, and generations wrap them differently; the text is stable. */
function isNotFound(error: QueryRefused): boolean {
  return /not ?found/i.test(error.log);
}
