import type { Pricing } from "../../components/akash/pricing/prices.ts";
import type { BidRecord, OrderRecord } from "../../components/chain/market/index.ts";
import type { AuditorSignature } from "../../components/chain/types.ts";
import { askedInUact, gpuModels, offeredFor } from "./price.ts";

/** Why a provider has not bid on an order, or has not won it. */
export type Reason = "attribute" | "not audited" | "GPU" | "denomination" | "price" | "unknown";

/** What decides whether a site bids. */
export interface Bidder {
  readonly attributes: Readonly<Record<string, string>>;
  readonly auditors: readonly AuditorSignature[];
  /** GPU models that nodes offer. */
  readonly models: readonly string[];
  readonly pricing: Pricing;
}

/** Denominations that the price script answers for: uact and its like are worth a millionth of a dollar. */
const IN_DOLLARS =
  /^(uact|ibc\/(12C6A0C374171B595A0A9E18B83FA09D295FB1F2D8C6DAA3AC28683471752D84|170C677610AC31DF0904FFE09CD3B5C657492170E7E52372E48756B71E56F2F1))$/;

/** Whether a required attribute is fulfilled: keys may hold `*` for a part (`PlacementRequirements`). */
function fulfils(
  own: Readonly<Record<string, string>>,
  { key, value }: { key: string; value: string },
): boolean {
  if (!key.includes("*")) return own[key] === value;
  const pattern = new RegExp(`^${key.split("*").map(escaped).join("[^/]*")}$`);
  return Object.entries(own).some(([name, has]) => pattern.test(name) && has === value);
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** Whether an auditor has signed all attributes that an order requires. */
function signed(
  { attributes }: AuditorSignature,
  required: OrderRecord["requirements"]["attributes"],
): boolean {
  const own = Object.fromEntries(attributes.map(({ key, value }) => [key, value]));
  return required.every((attribute) => fulfils(own, attribute));
}

/**
 * The first reason for which the site does not bid on an order; `unknown` where none of those that can be seen
 * from outside applies (no free resources, a script that failed, a tenant who is not among those served).
 */
export function reasonAgainst(order: OrderRecord, bidder: Bidder): Reason {
  const { attributes, signedByAll, signedByAny } = order.requirements;
  if (!attributes.every((attribute) => fulfils(bidder.attributes, attribute))) return "attribute";
  const has = (auditor: string) =>
    bidder.auditors.some((signature) => signature.auditor === auditor && signed(signature, attributes));
  const all = signedByAll.every(has);
  if (!all || (signedByAny.length > 0 && !signedByAny.some(has))) return "not audited";
  for (const unit of order.resources) {
    if (unit.gpu.units === 0) continue;
    const asked = gpuModels(unit);
    if (bidder.models.length === 0) return "GPU";
    if (asked.length > 0 && !asked.some((model) => model === "*" || bidder.models.includes(model)))
      return "GPU";
  }
  const { denom, amount } = offeredFor(order);
  if (IN_DOLLARS.test(denom))
    return askedInUact(order, bidder.pricing) > Number(amount) ? "price" : "unknown";
  if (denom !== "uakt") return "denomination";
  // In uakt the price follows the market; what can be told is only with the declared rate.
  const rate = bidder.pricing.fallbackAktUsd;
  if (rate === undefined) return "unknown";
  return askedInUact(order, bidder.pricing) / rate > Number(amount) ? "price" : "unknown";
}

/** Why a bid lost: the winner asked for less, or the tenant chose otherwise. */
export function reasonLost(own: BidRecord, bids: readonly BidRecord[]): Reason {
  const winner = bids.find(
    ({ id, state }) =>
      id.gseq === own.id.gseq &&
      id.oseq === own.id.oseq &&
      id.provider !== own.id.provider &&
      (state === "active" || state === "closed"),
  );
  if (winner === undefined || winner.price.denom !== own.price.denom) return "unknown";
  return Number(winner.price.amount) < Number(own.price.amount) ? "price" : "unknown";
}

/** How often each reason occurs, the most frequent first. */
export function counted(reasons: readonly Reason[]): Partial<Record<Reason, number>> {
  const counts = new Map<Reason, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, left], [, right]) => right - left));
}
