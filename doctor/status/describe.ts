import { out as pc } from "../colours.ts";
import { labelled, wrapped } from "../text.ts";
import { describeReasons } from "./reasons.ts";
import { describeAmounts, type SiteStatus } from "./status.ts";

/** Most leases that are listed one by one. */
const LISTED = 10;

/** A status for a person; 80 columns. */
export function describeStatus(status: SiteStatus): string {
  const { leases, earnings, deposits, orders } = status;
  const rows: [string, string][] = [
    ["Provider", status.owner],
    ["Registered", status.registered ? `on ${status.chainId}` : "no"],
    [
      "Certificate",
      status.certificateUntil ? `until ${status.certificateUntil.slice(0, 10)}` : "none is valid",
    ],
    ["Balance", describeAmounts(status.balance)],
    ["Deposits", `${describeAmounts(deposits.locked)} in ${deposits.openBids} open bids and running leases`],
    ["Leases", String(leases.length)],
    ["Earnings", `${describeAmounts(earnings.perDay)} a day`],
    ["", `${describeAmounts(earnings.withdrawn)} paid out, ${describeAmounts(earnings.waiting)} waiting`],
    ["Bids", `${orders.bids.open} open, ${orders.bids.won} won, ${orders.bids.lost} lost`],
    ["Open orders", `${orders.open} ${describeReasons(orders.passedOver, "looked at; no bid for")}`.trim()],
    ...(orders.bids.lost > 0
      ? [["Lost", describeReasons(orders.lostTo, "for")] satisfies [string, string]]
      : []),
  ];
  return [
    pc.bold(status.site),
    ...labelled(rows),
    ...(leases.length === 0 ? [] : [""]),
    ...leases.slice(0, LISTED).map(({ deployment, tenant, price }) => {
      return `  deployment ${deployment} of ${tenant}\n    ${price.amount} ${price.denom} a block`;
    }),
    ...(leases.length > LISTED ? [`  and ${leases.length - LISTED} more (--json lists all)`] : []),
    "",
    ...status.unknown.map((sentence) => pc.yellow(wrapped(sentence, ""))),
    wrapped(`Next: ${status.next}`, ""),
    "",
  ].join("\n");
}
