/** What `scripts/facts.sh` printed, by section. */
export type Sections = ReadonlyMap<string, string>;

/** Takes the sections apart: each is a record separator, its name, a unit separator and its text. */
export function parseSections(text: string): Sections {
  const parts = text.split("\x1e").slice(1);
  return new Map(
    parts.map((part) => {
      const end = part.indexOf("\x1f");
      return end < 0 ? [part, ""] : [part.slice(0, end), part.slice(end + 1)];
    }),
  );
}

/** Lines of a section without blank ones. */
export function lines(sections: Sections, name: string): string[] {
  return (sections.get(name) ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The first line of a section, or "". */
export function firstLine(sections: Sections, name: string): string {
  return lines(sections, name)[0] ?? "";
}

/** `KEY=value` lines, shell quotes taken off. */
export function assignments(sections: Sections, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines(sections, name).flatMap((line) => {
      const at = line.indexOf("=");
      if (at <= 0) return [];
      return [[line.slice(0, at), line.slice(at + 1).replace(/^(["'])(.*)\1$/, "$2")]];
    }),
  );
}
