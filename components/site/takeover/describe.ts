import Table from "cli-table3";
import type { TakeoverAction, TakeoverItem, TakeoverPlan } from "./types.ts";

const ORDER: readonly TakeoverAction[] = ["replace", "remove", "adopt", "keep"];

/** The plan as a table of 80 columns; empty text for an empty plan. */
export function describeTakeover({ items }: TakeoverPlan): string {
  if (items.length === 0) return "";
  const table = new Table({
    head: ["", "object", "why", "leases"],
    colWidths: [9, 29, 25, 12],
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 1 },
    chars: PLAIN,
  });
  const rank = ({ action }: TakeoverItem) => ORDER.indexOf(action);
  for (const { action, kind, namespace, name, reason, leases } of items.toSorted(
    (a, b) => rank(a) - rank(b),
  )) {
    const place = namespace === undefined ? name : `${namespace}/${name}`;
    table.push([action, `${kind} ${place}`, reason, leases]);
  }
  return `An earlier set-up is taken over (docs/takeover.md):\n\n${trimmed(table.toString())}\n`;
}

/** No lines: they would take a fifth of the width. */
const PLAIN = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
    ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid"],
  ].map((part) => [part, ""]),
);

function trimmed(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
