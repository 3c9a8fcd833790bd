import type { Wallet } from "../wallet/types.ts";

/** A chain to talk to. */
export interface NetworkConfig {
  /** Chain id, for example `akashnet-2`. An endpoint that answers with another one is refused. */
  readonly chainId: string;
  /** CometBFT RPC endpoints, `http(s)://host[:port]`, tried in order. */
  readonly rpc: readonly string[];
  /** Price of a unit of gas with its denomination, for example `0.025uakt`. */
  readonly gasPrice: string;
}

/** A well-known network by name, or one in full. `devnet` is the embedded chain of this project. */
export type NetworkReference = "mainnet" | "sandbox" | "devnet" | NetworkConfig;

/** Message generation a chain speaks; named after the first node release that speaks it. */
export type Generation = "v0.38" | "v1" | "v2";

export interface Attribute {
  readonly key: string;
  readonly value: string;
}

/** A provider as it is recorded on chain (`akash.provider`). */
export interface ProviderRecord {
  readonly owner: string;
  readonly hostUri: string;
  readonly attributes: readonly Attribute[];
  readonly email: string;
  readonly website: string;
}

/** A certificate as it is recorded on chain (`akash.cert`). */
export interface CertificateRecord {
  /** Decimal. */
  readonly serial: string;
  readonly state: "valid" | "revoked";
  readonly certificatePem: string;
  readonly publicKeyPem: string;
}

/** An auditor's signature on attributes of a provider (`akash.audit`). It holds for these values only. */
export interface AuditorSignature {
  /** The auditor's address. */
  readonly auditor: string;
  readonly attributes: readonly Attribute[];
}

/** One message, free of the generation that the chain happens to speak. */
export type ChainMessage =
  | { readonly type: "createProvider"; readonly record: ProviderRecord }
  | { readonly type: "updateProvider"; readonly record: ProviderRecord }
  | {
      readonly type: "createCertificate";
      readonly owner: string;
      readonly certificatePem: string;
      readonly publicKeyPem: string;
    }
  | { readonly type: "revokeCertificate"; readonly owner: string; readonly serial: string };

export interface TransactionReceipt {
  /** Upper-case hex SHA-256 of the transaction's bytes. */
  readonly hash: string;
  readonly height: number;
  readonly gasUsed: bigint;
  /** Fee paid, for example `1250uakt`. */
  readonly fee: string;
}

/** A read connection to one chain; one is shared by all callers in a process. */
export interface ChainClient {
  readonly network: NetworkConfig;
  readonly generation: Generation;
  /** The endpoint in use. It changes on failover. */
  readonly endpoint: string;
  provider(owner: string): Promise<ProviderRecord | undefined>;
  certificates(owner: string): Promise<readonly CertificateRecord[]>;
  auditors(owner: string): Promise<readonly AuditorSignature[]>;
  /** Spendable balance by denomination in base units (1 AKT = 1 000 000 uakt). */
  balances(owner: string): Promise<Readonly<Record<string, bigint>>>;
  latestBlock(): Promise<{ readonly height: number; readonly time: Date }>;
  /**
   * Puts the endpoint in use through the gate again and leaves it when it does not pass: one that stalls still
   * answers, with what was. One request where it passes.
   *
   * @throws NoUsableEndpoint when no other one passes either
   */
  recheck(): Promise<void>;
}

/** What a builder of messages is given. */
export interface SubmitContext {
  readonly chain: ChainClient;
  readonly wallet: Wallet;
  /**
   * A transaction that an earlier, interrupted run had sent, and which was found executed just now: what
   * the builder would otherwise have sent may be in it.
   */
  readonly recovered: RecoveredTransaction | undefined;
}

export interface RecoveredTransaction {
  readonly receipt: TransactionReceipt;
  /** Types of its messages, in order. */
  readonly messages: readonly ChainMessage["type"][];
}

/**
 * Builds the messages that are missing on the chain; none when nothing is. It may take seconds: it runs in
 * parallel with the other builders of its batch, while the wallet is locked.
 */
export type MessageBuilder = (context: SubmitContext) => Promise<readonly ChainMessage[]>;
