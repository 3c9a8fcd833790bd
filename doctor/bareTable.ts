import Table from "cli-table3";

const NO_LINES = Object.fromEntries(
  ["top", "bottom", "left", "mid", "right"]
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .concat("middle")
    .map((part) => [part, ""]),
);

/**
 * A table without lines: what they would take is needed for words.
 *
 * @param rows cells from left to right; a cell may have several lines
 * @param columns.widths in characters, the blanks after each column included
 * @param columns.gap how many blanks
 * @param columns.wrap break what is too long at words; otherwise it is cut off
 */
export function bareTable(
  rows: readonly (readonly string[])[],
  { widths, gap, wrap }: { readonly widths: readonly number[]; readonly gap: number; readonly wrap: boolean },
): string {
  const drawn = new Table({
    chars: NO_LINES,
    colWidths: [...widths],
    wordWrap: wrap,
    wrapOnWordBoundary: true,
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": gap },
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
