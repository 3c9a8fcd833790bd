import { stripVTControlCharacters } from "node:util";

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
