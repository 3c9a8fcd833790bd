import pc from "picocolors";
import { bareTable } from "../../doctor/bareTable.ts";
import { wrapped } from "../../doctor/text.ts";
import { daysUntil, type FleetReport, healthOf, showBalance } from "../report/model.ts";

const COLOURS = { ok: pc.green, attention: pc.yellow, bad: pc.red } as const;

const HEAD = ["site", "state", "provider", "certificate", "balance", "leases", "last rollout"];
/** Blanks after each column. */
const GAP = 2;
/** Width of a state that is broken into lines; its words are no longer. */
const STATE = 11;

/** What stands in a cell, line by line, and its colour. */
interface Cell {
  readonly text: string;
  readonly colour?: (text: string) => string;
}

/**
 * The fleet as a table for a person.
 *
 * @param columns width of the terminal in characters; without it each site has one line, however long
 */
export function statusTable(report: FleetReport, columns = Number.POSITIVE_INFINITY): string {
  const wide = cellsOf(report);
  const cells = totalOf(widthsOf(wide)) <= columns ? wide : wide.map((row) => row.map(narrowed));
  const [site = 0, ...others] = widthsOf(cells);
  // Only names of sites are ever cut off, and no more than need be.
  const fitting = Math.min(site, Math.max(8, columns - GAP - totalOf(others)));
  const widths = [fitting, ...others].map((width) => width + GAP);
  const rows = cells.map((row) => row.map(painted));
  return `${bareTable(rows, { widths, gap: GAP, wrap: false })}\n`;
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
      { text: certificate === undefined ? "?" : `${daysUntil(certificate.notAfter, generated)} days` },
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

const totalOf = (widths: readonly number[]) =>
  widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1));
