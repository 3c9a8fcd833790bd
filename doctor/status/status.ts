import { formatAmount } from "../../components/chain/coins.ts";
import {
  type BidRecord,
  type LeaseRecord,
  type Listed,
  type OrderRecord,
  readBids,
  readBidsOn,
  readLeases,
  readOrders,
  sumOf,
  wholeUnits,
} from "../../components/chain/market/index.ts";
import { describeCertificate } from "../../components/wallet/certificate.ts";
import { type Observed, type ObserveOptions, observe } from "../observe/observed.ts";
import type { SiteUnderCheck } from "../types.ts";
import { nextAction } from "./next.ts";
import { counted, type Reason, reasonAgainst, reasonLost } from "./orders.ts";

/** Amounts in base units by denomination, as decimal text. */
export type Amounts = Readonly<Record<string, string>>;

export interface SiteStatus {
  /** Name of the stack. */
  readonly site: string;
  /** ISO 8601. */
  readonly at: string;
  readonly owner: string;
  readonly chainId: string;
  readonly registered: boolean;
  readonly leases: readonly {
    readonly deployment: string;
    readonly tenant: string;
    /** For each block. */
    readonly price: { readonly denom: string; readonly amount: string };
    readonly sinceBlock: number;
  }[];
  readonly earnings: {
    /** At the present leases, for a day of 14 400 blocks. */
    readonly perDay: Amounts;
    /** Paid out so far, of running and of ended leases. */
    readonly withdrawn: Amounts;
    /** Earned and not yet paid out, as of the last settlement. */
    readonly waiting: Amounts;
  };
  readonly deposits: { readonly openBids: number; readonly locked: Amounts };
  readonly orders: {
    /** Open orders of all tenants that were looked at. */
    readonly open: number;
    /** Won are running and ended leases; lost, and ended leases, up to a limit that `unknown` then names. */
    readonly bids: { readonly open: number; readonly won: number; readonly lost: number };
    /** Open orders without a bid of ours, by reason. */
    readonly passedOver: Partial<Record<Reason, number>>;
    /** Latest lost bids, by reason. */
    readonly lostTo: Partial<Record<Reason, number>>;
  };
  readonly balance: Amounts;
  /** ISO 8601, of the certificate that lasts longest; absent without a valid one. */
  readonly certificateUntil?: string;
  readonly next: string;
  /** What could not be known, a sentence each. */
  readonly unknown: readonly string[];
}

/** Blocks of 6 s in a day. */
const BLOCKS_A_DAY = 14_400;
/** Most orders, and lost bids, that are looked at one by one. */
const MOST_ORDERS = 300;
const MOST_LOST = 20;
/** Most ended leases, and lost bids, that are counted: the chain keeps them for ever. */
const MOST_ENDED = 1000;
const MOST_COUNTED = 500;

/**
 * What an operator looks at daily. Nothing is changed.
 *
 * @throws the typed errors of chain and wallet: without a chain there is nothing to say
 */
export async function siteStatus(under: SiteUnderCheck, options: ObserveOptions = {}): Promise<SiteStatus> {
  const site = observe(under, options);
  const [owner, chain] = await Promise.all([site.owner(), site.chain.connection()]);
  const unknown: string[] = [];
  const known = async <T>(what: string, read: Promise<T>, fallback: T): Promise<T> => {
    try {
      return await read;
    } catch (error) {
      unknown.push(`${what} could not be read: ${error instanceof Error ? error.message : String(error)}`);
      return fallback;
    }
  };
  const noLeases: Listed<LeaseRecord> = { items: [], complete: true };
  const noBids: Listed<BidRecord> = { items: [], complete: true };
  const noOrders: Listed<OrderRecord> = { items: [], complete: true };
  const [record, certificates, balances, active, closed, unpaid, open, won, lost, orders] = await Promise.all(
    [
      site.chain.provider(owner),
      site.chain.certificates(owner),
      site.chain.balances(owner),
      known("Leases", site.chain.leases(owner), noLeases),
      known("Ended leases", readLeases(chain, owner, "closed", MOST_ENDED), noLeases),
      known("Unpaid leases", readLeases(chain, owner, "insufficient_funds", MOST_ENDED), noLeases),
      known("Open bids", site.chain.openBids(owner), noBids),
      known("Won bids", readBids(chain, owner, "active"), noBids),
      known("Lost bids", readBids(chain, owner, "lost", MOST_COUNTED), noBids),
      known("Open orders", readOrders(chain, "open", MOST_ORDERS), noOrders),
    ],
  );
  if (!orders.complete) unknown.push(`Only the newest ${MOST_ORDERS} open orders were looked at.`);
  if (!closed.complete || !unpaid.complete)
    unknown.push(`Only ${MOST_ENDED} of the ended leases were counted, as earned and as won.`);
  if (!lost.complete) unknown.push(`Only ${MOST_COUNTED} of the lost bids were counted; there are more.`);
  const ended = [...closed.items, ...unpaid.items];
  const recentlyLost = lost.items.toSorted((a, b) => b.createdAt - a.createdAt).slice(0, MOST_LOST);
  const [passedOver, lostTo] = await Promise.all([
    reasonsAgainst(site, owner, orders.items, open.items, unknown),
    known(
      "Why bids were lost",
      Promise.all(recentlyLost.map(async (bid) => reasonLost(bid, await readBidsOn(chain, { ...bid.id })))),
      [],
    ),
  ]);
  const all = [...active.items, ...ended];
  const until = latestCertificate(certificates);
  const status = {
    site: under.name,
    at: site.now().toISOString(),
    owner,
    chainId: chain.network.chainId,
    registered: record !== undefined,
    leases: active.items.map(({ id, price, createdAt }) => ({
      deployment: id.dseq,
      tenant: id.owner,
      price,
      sinceBlock: createdAt,
    })),
    earnings: {
      perDay: amounts(
        active.items.map(({ price }) => ({
          denom: price.denom,
          amount: BigInt(Math.floor(Number(price.amount) * BLOCKS_A_DAY)),
        })),
      ),
      withdrawn: amounts(all.map(({ payment }) => payment.withdrawn)),
      waiting: amounts(
        all.map(({ payment: { balance } }) => ({ denom: balance.denom, amount: wholeUnits(balance) })),
      ),
    },
    deposits: {
      openBids: open.items.length,
      locked: amounts([...open.items, ...won.items].flatMap(({ deposit }) => deposit)),
    },
    orders: {
      open: orders.items.length,
      bids: { open: open.items.length, won: won.items.length + ended.length, lost: lost.items.length },
      passedOver: counted(passedOver),
      lostTo: counted(lostTo),
    },
    balance: Object.fromEntries(Object.entries(balances).map(([denom, amount]) => [denom, String(amount)])),
    ...(until === undefined ? {} : { certificateUntil: until.toISOString() }),
    unknown,
  };
  return { ...status, next: nextAction(status, under.site, site.now()) };
}

function amounts(coins: Parameters<typeof sumOf>[0]): Amounts {
  return Object.fromEntries(Object.entries(sumOf(coins)).map(([denom, amount]) => [denom, String(amount)]));
}

function latestCertificate(
  records: readonly { readonly state: string; readonly certificatePem: string }[],
): Date | undefined {
  const ends = records
    .filter(({ state }) => state === "valid")
    .flatMap(({ certificatePem }) => {
      try {
        return [describeCertificate(certificatePem).notAfter];
      } catch {
        return []; // Anybody may publish what does not parse under their own name.
      }
    });
  return ends.sort((a, b) => b.getTime() - a.getTime())[0];
}

/** Why there is no bid on each open order. GPUs are asked of the cluster, which may not be reachable. */
async function reasonsAgainst(
  site: Observed,
  owner: string,
  orders: readonly OrderRecord[],
  bids: readonly BidRecord[],
  unknown: string[],
): Promise<Reason[]> {
  const key = ({ owner: tenant, dseq, gseq, oseq }: OrderRecord["id"]) => `${tenant}/${dseq}/${gseq}/${oseq}`;
  const ours = new Set(bids.map(({ id }) => key(id)));
  const without = orders.filter(({ id }) => !ours.has(key(id)));
  if (without.length === 0) return [];
  const [record, auditors, gpu] = await Promise.all([
    site.chain.provider(owner),
    site.chain.auditors(owner),
    site.cluster.gpu().catch(() => undefined),
  ]);
  if (gpu === undefined)
    unknown.push("The cluster does not answer, so GPUs are taken from the record on chain.");
  const attributes = Object.fromEntries(
    (record?.attributes ?? []).map(({ key: name, value }) => [name, value]),
  );
  const models =
    gpu?.devices.filter(({ allocatable }) => allocatable > 0).map(({ model }) => model) ??
    Object.keys(attributes).flatMap((name) => /\/model\/([^/]+)$/.exec(name)?.[1] ?? []);
  const bidder = { attributes, auditors, models, pricing: site.site.pricing };
  return without.map((order) => reasonAgainst(order, bidder));
}

/** `{uakt: "1500000"}` as `1.5 AKT`. */
export function describeAmounts(sums: Amounts): string {
  const parts = Object.entries(sums).map(([denom, amount]) => formatAmount(BigInt(amount), denom));
  return parts.join(", ") || "nothing";
}
