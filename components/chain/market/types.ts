import type { Attribute } from "../types.ts";

/** An order of a tenant: deployment, group and order number. */
export interface OrderId {
  /** The tenant's address. */
  readonly owner: string;
  /** Decimal. */
  readonly dseq: string;
  readonly gseq: number;
  readonly oseq: number;
}

/** A bid on an order, and the lease that it may become. */
export interface LeaseId extends OrderId {
  /** The provider's address. */
  readonly provider: string;
}

/** An amount with a fraction, for example a price for each block: 1.5 is `"1.5"`. */
export interface Price {
  readonly denom: string;
  /** Decimal, in base units (1 AKT = 1 000 000 uakt). */
  readonly amount: string;
}

export interface Coin {
  readonly denom: string;
  /** Base units. */
  readonly amount: bigint;
}

/** What a lease has brought (`akash.escrow`, payment). */
export interface LeasePayment {
  readonly state: "open" | "closed" | "overdrawn" | "unknown";
  /** Earned and not yet withdrawn, as of the last settlement. */
  readonly balance: Price;
  /** Paid out to the provider. */
  readonly withdrawn: Coin;
}

export interface LeaseRecord {
  readonly id: LeaseId;
  readonly state: "active" | "insufficient_funds" | "closed" | "unknown";
  /** For each block. */
  readonly price: Price;
  /** Block in which it was made. */
  readonly createdAt: number;
  /** Block in which it ended; 0 while it runs. */
  readonly closedOn: number;
  readonly payment: LeasePayment;
}

export interface BidRecord {
  readonly id: LeaseId;
  readonly state: "open" | "active" | "lost" | "closed" | "unknown";
  /** For each block. */
  readonly price: Price;
  readonly createdAt: number;
  /** Locked while the bid is open or its lease runs. */
  readonly deposit: readonly Coin[];
}

/** One kind of resources of an order, `count` times. */
export interface OrderedResources {
  readonly count: number;
  /** Most that the tenant pays for each of them, for each block. */
  readonly price: Price;
  /** Thousandths of a CPU thread. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly gpu: { readonly units: number; readonly attributes: readonly Attribute[] };
  readonly storage: readonly { readonly bytes: number; readonly attributes: readonly Attribute[] }[];
  /** What each is reached by: an HTTP host name (`http`), an open port, or an address of its own. */
  readonly endpoints: readonly ("http" | "port" | "ip")[];
}

export interface OrderRecord {
  readonly id: OrderId;
  readonly state: "open" | "active" | "closed" | "unknown";
  readonly createdAt: number;
  /** Attributes that the provider must have, and auditors who must have signed them. */
  readonly requirements: {
    readonly attributes: readonly Attribute[];
    readonly signedByAll: readonly string[];
    readonly signedByAny: readonly string[];
  };
  readonly resources: readonly OrderedResources[];
}

/** One page of a list; `next` is the key of the following one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: Uint8Array | undefined;
}
