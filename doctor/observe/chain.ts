import { readAccount } from "../../components/chain/account.ts";
import { type ChainConnection, openChain } from "../../components/chain/client.ts";
import { maxLagMs, type NodeStatus, readStatus } from "../../components/chain/endpoints.ts";
import type { EndpointFailure } from "../../components/chain/errors.ts";
import {
  type BidRecord,
  type LeaseRecord,
  type Listed,
  readBids,
  readLeases,
} from "../../components/chain/market/index.ts";
import { resolveNetwork } from "../../components/chain/networks.ts";
import type {
  AuditorSignature,
  CertificateRecord,
  NetworkConfig,
  NetworkReference,
  ProviderRecord,
} from "../../components/chain/types.ts";
import { type AnnouncedUpgrade, announcedUpgrade } from "../../components/chain/upgrade.ts";
import { checkWebsocket } from "../../components/chain/websocket.ts";
import { once, onceEach } from "./once.ts";

/** An endpoint and what it said of itself. */
export interface EndpointStatus {
  readonly endpoint: string;
  readonly status?: NodeStatus;
  /** Why it did not answer. */
  readonly problem?: string;
}

/** The chain, each part of it read once. */
export interface ChainView {
  network(): NetworkConfig;
  /** Every endpoint of the network. */
  endpoints(): Promise<readonly EndpointStatus[]>;
  /** One more endpoint, such as the one that the provider is set to. */
  endpoint(url: string): Promise<EndpointStatus>;
  /** Why no block arrives over an endpoint's websocket; undefined when one did. */
  websocket(url: string): Promise<EndpointFailure | undefined>;
  connection(): Promise<ChainConnection>;
  provider(owner: string): Promise<ProviderRecord | undefined>;
  certificates(owner: string): Promise<readonly CertificateRecord[]>;
  auditors(owner: string): Promise<readonly AuditorSignature[]>;
  balances(owner: string): Promise<Readonly<Record<string, bigint>>>;
  /** How many transactions the wallet has signed; 0 for one that the chain does not know. */
  sequence(owner: string): Promise<number>;
  /** Running leases. */
  leases(owner: string): Promise<Listed<LeaseRecord>>;
  /** Bids that hold a deposit. */
  openBids(owner: string): Promise<Listed<BidRecord>>;
  upgrade(): Promise<AnnouncedUpgrade | undefined>;
}

/** Longest time for an endpoint's status in milliseconds. */
const STATUS_MS = 3000;

export function observeChain(reference: NetworkReference, timeoutMs: number): ChainView {
  const network = () => resolveNetwork(reference);
  // A diagnosis builds on nothing that an earlier one learnt.
  const connection = once(() => openChain(reference, { timeoutMs, fresh: true }));
  const endpoint = onceEach(async (url: string): Promise<EndpointStatus> => {
    try {
      // One of many that is dead must not hold up what stands on the others.
      return { endpoint: url, status: await readStatus(url, Math.min(timeoutMs, STATUS_MS)) };
    } catch (error) {
      return { endpoint: url, problem: error instanceof Error ? error.message : String(error) };
    }
  });
  const each = <T>(read: (chain: ChainConnection, owner: string) => Promise<T>) =>
    onceEach(async (owner) => read(await connection(), owner));
  return {
    network,
    endpoint,
    endpoints: once(async () => Promise.all(network().rpc.map(endpoint))),
    // A block of the public networks takes six seconds.
    websocket: onceEach((url) => checkWebsocket(url, Math.round(timeoutMs * 1.1))),
    connection,
    provider: each((chain, owner) => chain.provider(owner)),
    certificates: each((chain, owner) => chain.certificates(owner)),
    auditors: each((chain, owner) => chain.auditors(owner)),
    balances: each((chain, owner) => chain.balances(owner)),
    sequence: each(async (chain, owner) => (await readAccount(chain, owner))?.sequence ?? 0),
    leases: each((chain, owner) => readLeases(chain, owner)),
    openBids: each((chain, owner) => readBids(chain, owner, "open")),
    upgrade: once(async () => announcedUpgrade(await connection())),
  };
}

/** The endpoints that are left after each step of the gate; the client uses one of `current`. */
export interface Gate {
  readonly answering: readonly EndpointStatus[];
  readonly rightChain: readonly EndpointStatus[];
  readonly synced: readonly EndpointStatus[];
  readonly current: readonly EndpointStatus[];
}

export function gateOf(endpoints: readonly EndpointStatus[], chainId: string, now: Date): Gate {
  const answering = endpoints.filter(({ status }) => status !== undefined);
  const rightChain = answering.filter(({ status }) => status?.chainId === chainId);
  const synced = rightChain.filter(({ status }) => status?.catchingUp === false);
  const current = synced.filter(({ status }) => lagOf(status, now) <= maxLagMs);
  return { answering, rightChain, synced, current };
}

/** Age of a node's newest block in milliseconds. */
export function lagOf(status: NodeStatus | undefined, now: Date): number {
  return now.getTime() - (status?.time.getTime() ?? 0);
}
