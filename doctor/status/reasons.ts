import type { Reason } from "./orders.ts";

const WORDS: Readonly<Record<Reason, string>> = {
  attribute: "attributes",
  "not audited": "want of an audit",
  GPU: "want of that GPU",
  denomination: "their denomination",
  price: "their price",
  unknown: "reasons that cannot be seen from the chain",
};

/** How often each reason occurs, for a person, for example `no bid for their price (2)`; empty where none does. */
export function describeReasons(counts: Partial<Record<Reason, number>>, verb: string): string {
  const parts = Object.entries(counts).map(([reason, count]) => `${WORDS[reason as Reason]} (${count})`);
  return parts.length === 0 ? "" : `${verb} ${parts.join(", ")}`;
}
