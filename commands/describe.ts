import { out as pc } from "../doctor/colours.ts";
import type { Difference, Differences } from "./engineEvents.ts";

/** Longest value shown in full; a longer one is cut in its middle. */
const VALUE_WIDTH = 60;

/** Drift and pending changes as lines for a person. */
export function describeDifferences(stack: string, { drift, pending }: Differences): string {
  const lines =
    drift.length === 0
      ? [`${pc.green("No drift")}: ${stack} is as it was last deployed.`]
      : [
          `${pc.yellow(`${drift.length} drifted`)} on ${stack} (\`npm run up -- -s ${stack}\` repairs):`,
          ...drift.map(line),
        ];
  if (pending.length > 0) {
    lines.push(`${pc.cyan(`${pending.length} pending`)}: declared, not deployed yet:`, ...pending.map(line));
  }
  return `${lines.join("\n")}\n`;
}

function line({ resource, type, field, kind, declared, found }: Difference): string {
  const what = `  ${pc.bold(resource)} ${pc.dim(`(${type.split(":").at(-1)})`)}`;
  if (kind !== "changed") return `${what}: ${kind}`;
  return `${what}: ${field}: found ${show(found)}, declared ${show(declared)}`;
}

function show(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  if (text.length <= VALUE_WIDTH) return text;
  return `${text.slice(0, VALUE_WIDTH / 2)}…${text.slice(-VALUE_WIDTH / 2)}`;
}
