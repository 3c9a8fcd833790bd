import { bareTable } from "../../doctor/bareTable.ts";
import { out as pc } from "../../doctor/colours.ts";
import { wrapped } from "../../doctor/text.ts";
import {
  describeBids,
  describeDeposits,
  describeEarnings,
  describeOrders,
  showBalance,
} from "../report/figures.ts";
import { daysUntil, type FleetReport, healthOf, type SiteReport } from "../report/model.ts";
import { totalOf } from "../report/total.ts";

const COLOURS = { ok: pc.green, attention: pc.yellow, bad: pc.red } as const;

const HEAD = ["site", "state", "provider", "certificate", "balance", "leases", "last rollout"];
/** Blanks after each column. */
const GAP = 2;
/** Width of a state that is broken into lines; its words are no longer. */
const STATE = 11;

/** Of the lines below the table. */
const INDENT = "  ";

/** What stands in a cell, line by line, and its colour. */
interface Cell {
  readonly text: string;
  readonly colour?: (text: string) => string;
}

/**
 * The fleet as a table for a person, and below it what each site earns, what became of orders and what to do next, with
 * a total at the end; of sites whose chain does not answer only the table.
 *
 * @param columns width of the terminal in characters; without it each site has one line, however long
 */
export function statusTable(report: FleetReport, columns = Number.POSITIVE_INFINITY): string {
  const wide = cellsOf(report);
  const cells = widthOf(widthsOf(wide)) <= columns ? wide : wide.map((row) => row.map(narrowed));
  const [site = 0, ...others] = widthsOf(cells);
  // Only names of sites are ever cut off, and no more than need be.
  const fitting = Math.min(site, Math.max(8, columns - GAP - widthOf(others)));
  const widths = [fitting, ...others].map((width) => width + GAP);
  const rows = cells.map((row) => row.map(painted));
  const table = `${bareTable(rows, { widths, gap: GAP, wrap: false })}\n`;
  const below = [
    ...report.sites.flatMap((one) => figuresOf(one, columns)),
    ...totalLines(report.sites, columns),
  ];
  return below.length === 0 ? table : `${table}\n${below.join("\n")}\n`;
}

/** A heading and what follows it, broken into lines of which the later ones are indented. */
function paragraph(heading: string, text: string, columns: number): string {
  const [first = "", ...rest] = wrapped(`${heading}: ${text}`, INDENT, columns).split("\n");
  return [`${pc.bold(heading)}${first.slice(INDENT.length + heading.length)}`, ...rest].join("\n");
}

function figuresOf(
  { name, earnings, deposits, orders, upgrade, unknown = [], next }: SiteReport,
  columns: number,
) {
  if (earnings === undefined || deposits === undefined || orders === undefined) return [];
  const parts = [
    `earnings ${describeEarnings(earnings)}`,
    `deposits ${describeDeposits(deposits)}`,
    ...describeOrders(orders),
  ];
  const sentences = [...unknown, ...(upgrade === undefined ? [] : [upgrade])];
  return [
    paragraph(name, parts.join("; "), columns),
    ...sentences.map((sentence) => pc.yellow(wrapped(sentence, INDENT, columns))),
    ...(next === undefined ? [] : [wrapped(`Next: ${next}`, INDENT, columns)]),
  ];
}

function totalLines(all: readonly SiteReport[], columns: number): string[] {
  const { sites, leases, earnings, deposits, bids, balance } = totalOf(all);
  if (sites === 0) return [];
  const parts = [
    `${leases} leases`,
    `earnings ${describeEarnings(earnings)}`,
    `deposits ${describeDeposits(deposits)}`,
    describeBids(bids),
    `balances ${showBalance(balance)}`,
  ];
  return [paragraph(`${sites} of ${all.length} sites`, parts.join("; "), columns)];
}

function cellsOf({ sites, generated }: FleetReport): Cell[][] {
  const rows = sites.map((site): Cell[] => {
    const { health, words } = healthOf(site, generated);
    const { versions, certificate, balance, leases, lastRollout } = site;
    return [
      { text: site.name },
      { text: words, colour: COLOURS[health] },
      versions.running === undefined
        ? { text: `${versions.provider} declared`, colour: pc.dim }
        : { text: versions.running },
      { text: certificate === undefined ? "?" : daysLeft(certificate.notAfter, generated) },
      { text: balance === undefined ? "?" : showBalance(balance) },
      { text: String(leases ?? "?") },
      {
        text:
          lastRollout === undefined
            ? "none"
            : `${lastRollout.result.replace("-", " ")} ${lastRollout.time.slice(0, 10)}`,
      },
    ];
  });
  return [HEAD.map((text) => ({ text, colour: pc.dim })), ...rows];
}

function daysLeft(end: string | undefined, now: string): string {
  return end === undefined ? "none" : `${daysUntil(end, now)} days`;
}

/** Each line by itself: a colour would reach into what stands beside it. */
function painted({ text, colour = (line) => line }: Cell): string {
  return text
    .split("\n")
    .map((line) => colour(line))
    .join("\n");
}

/** The same in more lines: an amount in each, and a word or two. */
function narrowed({ text, ...rest }: Cell, column: number): Cell {
  const amounts = HEAD[column] === "balance";
  return { ...rest, text: amounts ? text.replaceAll(", ", "\n") : wrapped(text, "", STATE) };
}

function widthsOf(cells: readonly (readonly Cell[])[]): number[] {
  return HEAD.map((_, column) =>
    Math.max(...cells.flatMap((row) => (row[column]?.text ?? "").split("\n").map((line) => line.length))),
  );
}

const widthOf = (widths: readonly number[]) =>
  widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1));
