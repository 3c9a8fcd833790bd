import type { ChainConnection } from "../client.ts";
import type { Query } from "../queries.ts";
import { bidsQuery, leasesQuery, ordersQuery, type PageChoice } from "./queries.ts";
import type { BidRecord, LeaseRecord, OrderRecord, Page } from "./types.ts";

/** A list that was read up to a limit. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  /** False where the limit cut it off. */
  readonly complete: boolean;
}

async function list<Item>(
  chain: ChainConnection,
  most: number,
  queryOf: (page: PageChoice) => Query<Page<Item>>,
  newestFirst = false,
): Promise<Listed<Item>> {
  const items: Item[] = [];
  let key: Uint8Array | undefined;
  do {
    const limit = Math.min(500, most - items.length);
    const page = await chain.query(queryOf({ limit, newestFirst, ...(key === undefined ? {} : { key }) }));
    items.push(...page.items);
    key = page.next;
  } while (key !== undefined && items.length < most);
  return { items, complete: key === undefined };
}

/** A provider's leases in one state. */
export function readLeases(
  chain: ChainConnection,
  provider: string,
  state: LeaseRecord["state"] = "active",
  most = 5000,
): Promise<Listed<LeaseRecord>> {
  return list(chain, most, (page) => leasesQuery(chain.generation, { provider, state }, page));
}

/** A provider's bids in one state. */
export function readBids(
  chain: ChainConnection,
  provider: string,
  state: BidRecord["state"],
  most = 5000,
): Promise<Listed<BidRecord>> {
  return list(chain, most, (page) => bidsQuery(chain.generation, { provider, state }, page));
}

/** Everybody's orders in one state, the newest first. */
export function readOrders(
  chain: ChainConnection,
  state: OrderRecord["state"],
  most = 500,
): Promise<Listed<OrderRecord>> {
  return list(chain, most, (page) => ordersQuery(chain.generation, { state }, page), true);
}

/** Everybody's bids on one order's deployment. */
export async function readBidsOn(
  chain: ChainConnection,
  { owner, dseq }: OrderRecord["id"],
): Promise<readonly BidRecord[]> {
  return (await list(chain, 500, (page) => bidsQuery(chain.generation, { owner, dseq }, page))).items;
}
