import { err as pc } from "../../doctor/colours.ts";
import type { FleetEvent } from "../rollout/events.ts";

const MARKS: Readonly<Record<string, string>> = {
  updated: pc.green("✓"),
  unchanged: pc.green("="),
  compared: pc.green("✓"),
  previewed: pc.green("✓"),
  failed: pc.red("✗"),
  unreachable: pc.yellow("?"),
  locked: pc.yellow("…"),
};

/** An event as a plain line, for streams that are no terminal; undefined for what only a live view shows. */
export function eventLine(event: FleetEvent): string | undefined {
  switch (event.event) {
    case "rollout-started":
      return `Rollout ${event.id}: ${event.waves.length} waves, ${event.waves.flat().length} sites.`;
    case "wave-started":
      return `Wave ${event.wave}: ${event.sites.join(", ")}`;
    case "site-started":
      return `  ${event.site} …`;
    case "site-finished":
      return `  ${MARKS[event.result] ?? "-"} ${event.site}: ${describeResult(event)}`;
    case "gate":
      return event.passed
        ? `  ${gateName(event)}: clean.`
        : [`  ${gateName(event)} stays shut:`, ...event.findings.map((text) => `    ${text}`)].join("\n");
    case "note":
      return event.text;
    default:
      return undefined;
  }
}

/** The one before the first wave judges what an earlier rollout changed. */
export function gateName({ wave }: { readonly wave: number }): string {
  return wave === 0 ? "First gate" : `Gate after wave ${wave}`;
}

type Finished = Extract<FleetEvent, { event: "site-finished" }>;

/** `updated: 2 changed, 1 new (12 s)`, `compared: 1 drifted, 3 pending (5 s)` */
export function describeResult({
  result,
  because,
  changes = {},
  drift = [],
  pending = [],
  seconds,
}: Omit<Finished, "event" | "site">): string {
  const words: Readonly<Record<string, string>> = {
    create: "new",
    update: "changed",
    delete: "removed",
    replace: "replaced",
  };
  const counts = { drifted: drift.length, pending: pending.length };
  const done = [
    ...Object.entries(words).flatMap(([op, word]) => (changes[op] ? `${changes[op]} ${word}` : [])),
    ...Object.entries(counts).flatMap(([word, count]) => (count > 0 ? `${count} ${word}` : [])),
  ];
  const what = [result.replace("-", " "), ...(done.length > 0 ? [done.join(", ")] : [])].join(": ");
  const time = seconds === undefined ? "" : ` (${Math.round(seconds)} s)`;
  return `${what}${time}${because === undefined ? "" : `\n      ${because.replaceAll("\n", "\n      ")}`}`;
}
