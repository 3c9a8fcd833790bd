import { SERVICES_NAMESPACE } from "../../akash/names.ts";
import type { TakeoverAction, TakeoverItem, TakeoverPlan } from "./types.ts";

const WIDTH = 80;
const ORDER: readonly TakeoverAction[] = ["replace", "remove", "adopt", "keep"];

/**
 * The plan as text of 80 columns: what happens and why, and below it every object that it happens to. Empty for
 * an empty plan.
 */
export function describeTakeover({ items }: TakeoverPlan): string {
  if (items.length === 0) return "";
  const groups = new Map<string, TakeoverItem[]>();
  const rank = ({ action }: TakeoverItem) => ORDER.indexOf(action);
  for (const item of items.toSorted((a, b) => rank(a) - rank(b))) {
    const key = JSON.stringify([item.action, item.reason, item.leases]);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  const lines = [...groups.values()].flatMap(describeGroup);
  const head = `An earlier set-up is taken over (in ${SERVICES_NAMESPACE} where no namespace is named):`;
  return [head, "", ...lines, ""].join("\n");
}

function describeGroup(items: readonly TakeoverItem[]): string[] {
  const [first] = items;
  if (first === undefined) return [];
  const leases = first.leases === "" ? "" : ` Leases: ${first.leases}.`;
  return [
    ...wrap(`${first.reason}.${leases}`, first.action.padEnd(9), " ".repeat(9)),
    ...items.flatMap((item) => wrap(nameOf(item), " ".repeat(11), " ".repeat(13))),
  ];
}

function nameOf({ kind, namespace, name }: TakeoverItem): string {
  const place = namespace === undefined || namespace === SERVICES_NAMESPACE ? "" : `${namespace}/`;
  return `${kind} ${place}${name}`;
}

/** Breaks at spaces, and words that are longer than a line anywhere. */
function wrap(text: string, first: string, rest: string): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(" ")) {
    const joint = line === first || line === rest ? "" : " ";
    if (joint !== "" && line.length + joint.length + word.length > WIDTH) {
      lines.push(line);
      line = rest + word;
    } else {
      line += joint + word;
    }
    for (; line.length > WIDTH; line = rest + line.slice(WIDTH)) lines.push(line.slice(0, WIDTH));
  }
  return [...lines, line];
}
