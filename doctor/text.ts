import { stripVTControlCharacters } from "node:util";
import { out } from "./colours.ts";

/** Columns that a text takes: its colours take none. */
const columnsOf = (text: string): number => stripVTControlCharacters(text).length;

/** Breaks text at blanks so that a line has at most `width` columns. */
export function wrapped(text: string, indent: string, width = 80): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && indent.length + columnsOf(`${line} ${word}`) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part) => `${indent}${part}`).join("\n");
}

/** Labels and, beside each, what it says, broken into lines of at most 80 columns. */
export function labelled(rows: readonly (readonly [label: string, text: string])[]): string[] {
  const width = Math.max(...rows.map(([label]) => label.length));
  const indent = " ".repeat(width + 4);
  return rows.map(
    ([label, text]) => `  ${out.dim(label.padEnd(width))}  ${wrapped(text, indent).slice(indent.length)}`,
  );
}
