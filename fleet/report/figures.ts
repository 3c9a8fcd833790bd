import type { SiteStatus } from "../../doctor/index.ts";
// Pure, unlike their door, which a look for drift should not have to load.
import { describeReasons } from "../../doctor/status/reasons.ts";

/** Base units by denomination, as decimal text. */
export type Amounts = Readonly<Record<string, string>>;

/** Base units as whole ones, for example `12.5 AKT`. */
export function showBalance(balance: Amounts): string {
  const shown = Object.entries(balance).map(([denomination, amount]) => {
    const micro = /^u([a-z]+)$/.exec(denomination)?.[1];
    if (micro === undefined) return `${amount} ${denomination}`;
    const whole = (Number(amount) / 1_000_000).toLocaleString("en", { maximumFractionDigits: 2 });
    return `${whole} ${micro.toUpperCase()}`;
  });
  return shown.length === 0 ? "nothing" : shown.join(", ");
}

/** What a site earns, for example `1.5 AKT a day, 20 AKT paid out`; only what there is. */
export function describeEarnings({ perDay, withdrawn, waiting }: SiteStatus["earnings"]): string {
  const parts: [Amounts, string][] = [
    [perDay, "a day"],
    [withdrawn, "paid out"],
    [waiting, "waiting"],
  ];
  const shown = parts.flatMap(([amounts, what]) =>
    Object.keys(amounts).length === 0 ? [] : `${showBalance(amounts)} ${what}`,
  );
  return shown.join(", ") || "none yet";
}

/** Money that is locked in open bids and running leases, for example `5 AKT, of it 2 open bids`. */
export function describeDeposits({ openBids, locked }: SiteStatus["deposits"]): string {
  if (Object.keys(locked).length === 0) return "none";
  return `${showBalance(locked)} in running leases and ${counted(openBids, "open bid")}`;
}

/** How a site's bids went. */
export function describeBids({ open, won, lost }: SiteStatus["orders"]["bids"]): string {
  return `${counted(open, "bid")} open, ${won} won, ${lost} lost`;
}

/** Orders that were seen and what became of them and why, in parts of which each stands for itself. */
export function describeOrders({ open, bids, passedOver, lostTo }: SiteStatus["orders"]): string[] {
  return [
    `${counted(open, "open order")} seen`,
    describeBids(bids),
    describeReasons(passedOver, "no bid for"),
    describeReasons(lostTo, "lost for"),
  ].filter((part) => part !== "");
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
