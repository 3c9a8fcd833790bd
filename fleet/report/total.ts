import type { SiteStatus } from "../../doctor/index.ts";
import type { Amounts } from "./figures.ts";
import type { SiteReport } from "./model.ts";

/** What the sites make together: those of which a figure is known. */
export interface FleetTotal {
  /** Sites whose chain answered; only they are counted. */
  readonly sites: number;
  readonly leases: number;
  readonly earnings: SiteStatus["earnings"];
  readonly deposits: SiteStatus["deposits"];
  readonly bids: SiteStatus["orders"]["bids"];
  readonly balance: Amounts;
}

/** Adds the figures of all sites up. */
export function totalOf(sites: readonly SiteReport[]): FleetTotal {
  const known = sites.flatMap(({ leases, earnings, deposits, orders, balance }) =>
    leases === undefined || earnings === undefined || deposits === undefined || orders === undefined
      ? []
      : [{ leases, earnings, deposits, bids: orders.bids, balance: balance ?? {} }],
  );
  const count = (of: (site: (typeof known)[number]) => number) =>
    known.reduce((sum, site) => sum + of(site), 0);
  const add = (of: (site: (typeof known)[number]) => Amounts) => added(known.map(of));
  return {
    sites: known.length,
    leases: count(({ leases }) => leases),
    earnings: {
      perDay: add(({ earnings }) => earnings.perDay),
      withdrawn: add(({ earnings }) => earnings.withdrawn),
      waiting: add(({ earnings }) => earnings.waiting),
    },
    deposits: {
      openBids: count(({ deposits }) => deposits.openBids),
      locked: add(({ deposits }) => deposits.locked),
    },
    bids: {
      open: count(({ bids }) => bids.open),
      won: count(({ bids }) => bids.won),
      lost: count(({ bids }) => bids.lost),
    },
    balance: add(({ balance }) => balance),
  };
}

function added(all: readonly Amounts[]): Amounts {
  const sums = new Map<string, bigint>();
  for (const [denomination, amount] of all.flatMap((amounts) => Object.entries(amounts))) {
    sums.set(denomination, (sums.get(denomination) ?? 0n) + BigInt(amount));
  }
  return Object.fromEntries([...sums].map(([denomination, sum]) => [denomination, String(sum)]));
}
