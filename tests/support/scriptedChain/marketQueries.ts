import {
  QueryBidsRequest,
  QueryBidsResponse,
  QueryLeasesRequest,
  QueryLeasesResponse,
  QueryOrdersRequest,
  QueryOrdersResponse,
} from "@akashnetwork/chain-sdk/private-types/akash.v1beta5";
import { QueryCurrentPlanResponse } from "cosmjs-types/cosmos/upgrade/v1beta1/query";
import type { BidRecord, Coin, LeaseRecord, OrderRecord } from "../../../components/chain/market/index.ts";
import type { ChainState } from "./state.ts";

/** Numbers of states in `akash.market`; the first of each is none. */
const leaseStates: readonly string[] = ["", "active", "insufficient_funds", "closed"];
const bidStates: readonly string[] = ["", "open", "active", "lost", "closed"];
const orderStates: readonly string[] = ["", "open", "active", "closed"];
const paymentStates: readonly string[] = ["", "open", "closed", "overdrawn"];

interface Asked {
  readonly filters?:
    | {
        readonly owner: string;
        readonly dseq: { toString(): string };
        readonly state: string;
        readonly provider?: string;
      }
    | undefined;
  readonly pagination?:
    | { readonly key: Uint8Array; readonly limit: { toString(): string }; readonly reverse: boolean }
    | undefined;
}

interface Found {
  readonly id: { readonly owner: string; readonly dseq: string; readonly provider?: string };
  readonly state: string;
}

/** What fits the filter, a page of it; the key of a page is the number of the entry it starts with. */
function pageOf<Item extends Found>(items: readonly Item[], { filters, pagination }: Asked) {
  const fitting = items.filter(
    ({ id, state }) =>
      (!filters?.owner || id.owner === filters.owner) &&
      (!filters?.provider || id.provider === filters.provider) &&
      (!filters?.state || state === filters.state) &&
      (!filters || filters.dseq.toString() === "0" || id.dseq === filters.dseq.toString()),
  );
  if (pagination?.reverse) fitting.reverse();
  const from = Number(Buffer.from(pagination?.key ?? []).toString() || 0);
  const limit = Number(pagination?.limit ?? 0) || 100;
  const next = from + limit < fitting.length ? Buffer.from(String(from + limit)) : new Uint8Array();
  return {
    items: fitting.slice(from, from + limit),
    pagination: { nextKey: Uint8Array.from(next), total: fitting.length },
  };
}

/** The types of chain-sdk write decimals as the chain does, times 10^18. */
const price = ({ denom, amount }: { denom: string; amount: string }) => ({ denom, amount });
const coin = ({ denom, amount }: Coin) => ({ denom, amount: String(amount) });
const text = (number: number) => ({ val: Uint8Array.from(Buffer.from(String(number))) });
const kinds = { http: 0, port: 1, ip: 2 } as const;

function leases({ market }: ChainState, data: Uint8Array): Uint8Array {
  const { items, pagination } = pageOf(market.leases, QueryLeasesRequest.decode(data));
  const entry = ({ payment, ...lease }: LeaseRecord) => ({
    lease: { ...lease, state: leaseStates.indexOf(lease.state), price: price(lease.price) },
    escrowPayment: {
      state: {
        owner: lease.id.provider,
        state: paymentStates.indexOf(payment.state),
        balance: price(payment.balance),
        withdrawn: coin(payment.withdrawn),
      },
    },
  });
  return QueryLeasesResponse.encode(
    QueryLeasesResponse.fromPartial({ leases: items.map(entry), pagination }),
  ).finish();
}

function bids({ market }: ChainState, data: Uint8Array): Uint8Array {
  const { items, pagination } = pageOf(market.bids, QueryBidsRequest.decode(data));
  const entry = ({ deposit, ...bid }: BidRecord) => ({
    bid: { ...bid, state: bidStates.indexOf(bid.state), price: price(bid.price) },
    escrowAccount: {
      state: {
        owner: bid.id.provider,
        state: 1,
        funds: deposit.map(({ denom, amount }) => ({ denom, amount: String(amount) })),
      },
    },
  });
  return QueryBidsResponse.encode(
    QueryBidsResponse.fromPartial({ bids: items.map(entry), pagination }),
  ).finish();
}

function orders({ market }: ChainState, data: Uint8Array): Uint8Array {
  const { items, pagination } = pageOf(market.orders, QueryOrdersRequest.decode(data));
  const entry = ({ id, state, createdAt, requirements, resources }: OrderRecord) => ({
    id,
    state: orderStates.indexOf(state),
    createdAt,
    spec: {
      name: "group",
      requirements: {
        attributes: [...requirements.attributes],
        signedBy: { allOf: [...requirements.signedByAll], anyOf: [...requirements.signedByAny] },
      },
      resources: resources.map((unit, index) => ({
        count: unit.count,
        price: price(unit.price),
        resource: {
          id: index + 1,
          cpu: { units: text(unit.cpu) },
          memory: { quantity: text(unit.memory) },
          gpu: { units: text(unit.gpu.units), attributes: [...unit.gpu.attributes] },
          storage: unit.storage.map(({ bytes, attributes }) => ({
            name: "default",
            quantity: text(bytes),
            attributes: [...attributes],
          })),
          endpoints: unit.endpoints.map((kind) => ({ kind: kinds[kind], sequenceNumber: 0 })),
        },
      })),
    },
  });
  return QueryOrdersResponse.encode(
    QueryOrdersResponse.fromPartial({ orders: items.map(entry), pagination }),
  ).finish();
}

function currentPlan({ upgrade }: ChainState): Uint8Array {
  const plan = upgrade && { name: upgrade.name, height: BigInt(upgrade.height) };
  return QueryCurrentPlanResponse.encode(
    QueryCurrentPlanResponse.fromPartial(plan === undefined ? {} : { plan }),
  ).finish();
}

/** Queries of the market and of announced upgrades, by path. */
export const marketQueries: readonly (readonly [
  string,
  (state: ChainState, data: Uint8Array) => Uint8Array,
])[] = [
  ["/akash.market.v1beta5.Query/Leases", leases],
  ["/akash.market.v1beta5.Query/Bids", bids],
  ["/akash.market.v1beta5.Query/Orders", orders],
  ["/cosmos.upgrade.v1beta1.Query/CurrentPlan", currentPlan],
];
