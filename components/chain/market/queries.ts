import { Lease } from "@akashnetwork/chain-sdk/private-types/akash.v1";
import {
  Bid,
  Order,
  QueryBidsRequest,
  QueryLeasesRequest,
  QueryOrdersRequest,
} from "@akashnetwork/chain-sdk/private-types/akash.v1beta5";
import { generations } from "../generations.ts";
import type { Query } from "../queries.ts";
import type { Generation } from "../types.ts";
import { decodeFunds, decodePayment } from "./escrow.ts";
import type { BidRecord, LeaseRecord, OrderRecord, Page, Price } from "./types.ts";
import { type WireField, wireField, wireFields } from "./wire.ts";

/** Whose leases, bids or orders, and in which state; what is left out is not filtered by. */
export interface MarketFilter {
  readonly owner?: string;
  readonly provider?: string;
  readonly dseq?: string;
  readonly state?: string;
}

/** Which page, and whether the newest come first. */
export interface PageChoice {
  readonly key?: Uint8Array;
  readonly limit?: number;
  readonly newestFirst?: boolean;
}

const usualLimit = 500;

function request(filter: MarketFilter, { key, limit = usualLimit, newestFirst = false }: PageChoice) {
  const pagination = { limit, reverse: newestFirst, ...(key === undefined ? {} : { key }) };
  return { filters: filter, pagination };
}

export function leasesQuery(
  generation: Generation,
  filter: MarketFilter,
  page: PageChoice = {},
): Query<Page<LeaseRecord>> {
  return {
    path: `/${generations[generation].market}.Query/Leases`,
    data: QueryLeasesRequest.encode(QueryLeasesRequest.fromPartial(request(filter, page))).finish(),
    decode: (value) => pageOf(value, (entry) => leaseOf(generation, entry)),
  };
}

export function bidsQuery(
  generation: Generation,
  filter: MarketFilter,
  page: PageChoice = {},
): Query<Page<BidRecord>> {
  return {
    path: `/${generations[generation].market}.Query/Bids`,
    data: QueryBidsRequest.encode(QueryBidsRequest.fromPartial(request(filter, page))).finish(),
    decode: (value) => pageOf(value, (entry) => bidOf(generation, entry)),
  };
}

export function ordersQuery(
  generation: Generation,
  filter: Omit<MarketFilter, "provider">,
  page: PageChoice = {},
): Query<Page<OrderRecord>> {
  return {
    path: `/${generations[generation].market}.Query/Orders`,
    data: QueryOrdersRequest.encode(QueryOrdersRequest.fromPartial(request(filter, page))).finish(),
    decode: (value) => pageOf(value, orderOf),
  };
}

/** Every list answer is entries in field 1 and the page in field 2 with its `next_key` in 1. */
function pageOf<Item>(value: Uint8Array, decode: (entry: Uint8Array) => Item): Page<Item> {
  const fields = wireFields(value);
  const page = wireField(fields, 2);
  const next = page && wireField(wireFields(page.bytes), 1)?.bytes;
  return {
    items: fields.filter(({ number }) => number === 1).map(({ bytes }) => decode(bytes)),
    next: next === undefined || next.length === 0 ? undefined : next,
  };
}

const bytesOf = (fields: readonly WireField[], number: number) =>
  wireField(fields, number)?.bytes ?? new Uint8Array();

const leaseStates: readonly LeaseRecord["state"][] = ["unknown", "active", "insufficient_funds", "closed"];
const bidStates: readonly BidRecord["state"][] = ["unknown", "open", "active", "lost", "closed"];
const orderStates: readonly OrderRecord["state"][] = ["unknown", "open", "active", "closed"];

/** `Lease` has the same fields in all generations; what stands beside it, the payment, has not. */
function leaseOf(generation: Generation, entry: Uint8Array): LeaseRecord {
  const fields = wireFields(entry);
  const { id, state, price, createdAt, closedOn } = Lease.decode(bytesOf(fields, 1));
  return {
    id: leaseId(id),
    state: leaseStates[state] ?? "unknown",
    price: priceOf(price),
    createdAt: Number(createdAt),
    closedOn: Number(closedOn),
    payment: decodePayment(generation, bytesOf(fields, 2)),
  };
}

function bidOf(generation: Generation, entry: Uint8Array): BidRecord {
  const fields = wireFields(entry);
  const { id, state, price, createdAt } = Bid.decode(bytesOf(fields, 1));
  return {
    id: leaseId(id),
    state: bidStates[state] ?? "unknown",
    price: priceOf(price),
    createdAt: Number(createdAt),
    deposit: decodeFunds(generation, bytesOf(fields, 2)),
  };
}

function orderOf(entry: Uint8Array): OrderRecord {
  const { id, state, spec, createdAt } = Order.decode(entry);
  const { attributes = [], signedBy } = spec?.requirements ?? {};
  return {
    id: { owner: id?.owner ?? "", dseq: String(id?.dseq ?? 0), gseq: id?.gseq ?? 0, oseq: id?.oseq ?? 0 },
    state: orderStates[state] ?? "unknown",
    createdAt: Number(createdAt),
    requirements: {
      attributes: pairs(attributes),
      signedByAll: signedBy?.allOf ?? [],
      signedByAny: signedBy?.anyOf ?? [],
    },
    resources: (spec?.resources ?? []).map(({ resource, count, price }) => ({
      count,
      price: priceOf(price),
      cpu: numberOf(resource?.cpu?.units),
      memory: numberOf(resource?.memory?.quantity),
      gpu: { units: numberOf(resource?.gpu?.units), attributes: pairs(resource?.gpu?.attributes) },
      storage: (resource?.storage ?? []).map(({ quantity, attributes: given }) => ({
        bytes: numberOf(quantity),
        attributes: pairs(given),
      })),
      endpoints: (resource?.endpoints ?? []).map(({ kind }) => endpointKinds[kind] ?? "http"),
    })),
  };
}

const endpointKinds: Readonly<Record<number, "http" | "port" | "ip">> = { 0: "http", 1: "port", 2: "ip" };

/** `ResourceValue.val` is the number in ASCII. */
function numberOf(value: { readonly val: Uint8Array } | undefined): number {
  return Number(Buffer.from(value?.val ?? []).toString() || "0");
}

function pairs(attributes: readonly { key: string; value: string }[] = []) {
  return attributes.map(({ key, value }) => ({ key, value }));
}

interface RawId {
  readonly owner: string;
  readonly dseq: { toString(): string };
  readonly gseq: number;
  readonly oseq: number;
  readonly provider: string;
}

function leaseId(id: RawId | undefined): LeaseRecord["id"] {
  const { owner = "", dseq = 0, gseq = 0, oseq = 0, provider = "" } = id ?? {};
  return { owner, dseq: String(dseq), gseq, oseq, provider };
}

function priceOf(price: { readonly denom: string; readonly amount: string } | undefined): Price {
  return { denom: price?.denom ?? "", amount: price?.amount || "0" };
}
