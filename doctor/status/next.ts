import { formatAmount } from "../../components/chain/coins.ts";
import type { SiteConfig } from "../../components/site/config.ts";
import type { Reason } from "./orders.ts";
import type { SiteStatus } from "./status.ts";

const DAY_MS = 86_400_000;
const RENEWAL_DAYS = 30;

/** What to do about orders that are passed over, by the reason that is most frequent. */
const ADVICE: Readonly<Record<Reason, string | undefined>> = {
  attribute: "Most open orders ask for attributes that this site does not have; look at which in `--json`.",
  "not audited": "Most open orders ask for an auditor's signature: apply for an audit.",
  GPU: "Most open orders ask for other GPUs than this site's.",
  denomination: "Most open orders are paid in a denomination that the price script does not know.",
  price: "Most open orders offer less than this site asks; compare `pricing` with what others ask.",
  unknown: undefined,
};

/** The one thing to do next, as a sentence. */
export function nextAction(
  status: Omit<SiteStatus, "next">,
  { funding }: Pick<SiteConfig, "funding">,
  now: Date,
): string {
  const flag = status.site === "dev" ? "" : ` -- -s ${status.site}`;
  if (!status.registered) return `The provider is not registered: \`npm run up${flag}\` does it.`;
  const held = BigInt(status.balance["uakt"] ?? "0") + BigInt(status.deposits.locked["uakt"] ?? "0");
  const reserve = BigInt(Math.round(funding.minBalance * 1_000_000));
  if (held < reserve) {
    return `The wallet is short: send at least ${formatAmount(reserve - held, "uakt")} to ${status.owner}.`;
  }
  if (status.certificateUntil === undefined) {
    return `No certificate is valid: \`npm run up${flag}\` publishes one.`;
  }
  const left = (Date.parse(status.certificateUntil) - now.getTime()) / DAY_MS;
  if (left < RENEWAL_DAYS) {
    return `The certificate ends in ${Math.max(0, Math.floor(left))} days: \`npm run up${flag}\` renews it.`;
  }
  const [reason] = Object.keys(status.orders.passedOver) as Reason[];
  const advice = reason === undefined ? undefined : ADVICE[reason];
  if (status.leases.length === 0 && advice !== undefined) return advice;
  if (status.leases.length === 0 && status.orders.bids.open === 0 && status.orders.open > 0) {
    return `There are open orders and no bid of this site: \`npm run doctor${flag}\` looks for the cause.`;
  }
  return `Nothing to do. \`npm run doctor${flag}\` looks deeper.`;
}
