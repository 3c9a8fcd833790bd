import type { BidRecord, LeaseRecord, OrderRecord } from "../../../components/chain/market/types.ts";

/** A coin amount per denomination, base units. */
export type Balances = Map<string, bigint>;

export interface Account {
  readonly address: string;
  readonly accountNumber: bigint;
  sequence: bigint;
  /** Compressed secp256k1; unknown until the account's first transaction. */
  publicKey?: Uint8Array;
  balances: Balances;
}

export interface StoredProvider {
  owner: string;
  hostUri: string;
  attributes: { key: string; value: string }[];
  email: string;
  website: string;
}

export interface StoredCertificate {
  readonly owner: string;
  /** Decimal. */
  readonly serial: string;
  state: "valid" | "revoked";
  readonly certificate: Uint8Array;
  readonly publicKey: Uint8Array;
}

export interface StoredAudit {
  readonly owner: string;
  readonly auditor: string;
  readonly attributes: { key: string; value: string }[];
}

/** Everything consensus decides about; plain data, so that a copy is a snapshot. */
export interface ChainState {
  accounts: Map<string, Account>;
  providers: Map<string, StoredProvider>;
  /** Keyed by `owner/serial`. */
  certificates: Map<string, StoredCertificate>;
  audits: StoredAudit[];
  /** Nobody trades on this chain: tests write what others did. */
  market: { leases: LeaseRecord[]; bids: BidRecord[]; orders: OrderRecord[] };
  /** An upgrade that was voted for. */
  upgrade: { readonly name: string; readonly height: number } | undefined;
}

/** Funds by address, base units by denomination. */
export type GenesisAccounts = Readonly<Record<string, Readonly<Record<string, bigint | number>>>>;

export function genesisState(accounts: GenesisAccounts): ChainState {
  const state: ChainState = {
    accounts: new Map(),
    providers: new Map(),
    certificates: new Map(),
    audits: [],
    market: { leases: [], bids: [], orders: [] },
    upgrade: undefined,
  };
  for (const [address, coins] of Object.entries(accounts)) {
    for (const [denom, amount] of Object.entries(coins)) {
      addCoins(state, address, denom, BigInt(amount));
    }
  }
  return state;
}

export function certificateKey(owner: string, serial: string): string {
  return `${owner}/${serial}`;
}

/** Credits an address and opens its account at the first coin, as the bank module does. */
export function addCoins(state: ChainState, address: string, denom: string, amount: bigint): void {
  let account = state.accounts.get(address);
  if (account === undefined) {
    account = {
      address,
      accountNumber: BigInt(state.accounts.size),
      sequence: 0n,
      balances: new Map(),
    };
    state.accounts.set(address, account);
  }
  account.balances.set(denom, (account.balances.get(denom) ?? 0n) + amount);
}

/** Debits an account; false, and nothing changed, where it has less than `amount`. */
export function takeCoins(account: Account, denom: string, amount: bigint): boolean {
  const balance = account.balances.get(denom) ?? 0n;
  if (balance < amount) return false;
  account.balances.set(denom, balance - amount);
  return true;
}
