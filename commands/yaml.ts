import {
  type Alias,
  type Document,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import { formatPath } from "../components/site/problems.ts";

/** Makes the error of what is wrong with a file, one line for each thing, each with its place and its remedy. */
export type Refuse = (problems: readonly string[]) => Error;

/** Of the library's own errors, by code, those with a usual cause. Its texts may quote the file. */
const CAUSES: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
  TAB_AS_INDENT: ["is indented with a tab", "Indent with spaces."],
  BAD_INDENT: [
    "is not indented like the lines beside it, or a bracket before it is not closed",
    "Give the fields of a group the same number of spaces, and close each [ and {.",
  ],
  BLOCK_AS_IMPLICIT_KEY: [
    "has a second colon, or is indented too far",
    "Put text with a colon and a space in quotes.",
  ],
  BAD_SCALAR_START: ["has text that begins with @, ` or %", "Put the text in quotes."],
  MULTIPLE_DOCS: ["begins a second document", "Remove the line ---: a file is one document."],
};
const NO_YAML = [
  "cannot be read as YAML",
  "Look here and in the line before for a missing quote, bracket, colon or space.",
] as const;

/** More than a person writes, far less than what would fill the memory. */
const MOST_ALIASES = 1000;

/**
 * Reads a YAML file that a person wrote, as a document with its comments.
 *
 * @param where the file's name in errors; the line follows it
 * @throws what `refuse` makes. Nothing of the file's text but names of fields is shown: a secret may stand there.
 */
export function parseYamlDocument(text: string, where: string, refuse: Refuse): Document.Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, logLevel: "error", lineCounter: lines });
  const at = (offset: number): string => `${where}:${lines.linePos(offset).line}`;
  // One mistake in the form is followed by others that are none, double keys among them.
  const broken = document.errors.find(({ code }) => code !== "DUPLICATE_KEY");
  if (broken !== undefined) {
    const [problem, remedy] = CAUSES[broken.code] ?? NO_YAML;
    throw refuse([`${at(broken.pos[0])} ${problem}. ${remedy}`]);
  }
  const problems = [
    ...document.errors.map(
      ({ pos: [offset] }) =>
        `${at(offset)}: ${pathOf(document, offset)} is there twice. Keep one of them: keys are unique.`,
    ),
    ...unknownAliases(document).map(
      (offset) =>
        `${at(offset)} has an alias (*name) without its anchor (&name). Put text that begins with * in quotes.`,
    ),
  ];
  if (problems.length > 0) throw refuse(problems);
  return document;
}

/** The content of a YAML file that a person wrote; see `parseYamlDocument`. */
export function parseYaml(text: string, where: string, refuse: Refuse): unknown {
  const document = parseYamlDocument(text, where, refuse);
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch {
    throw refuse([`${where} repeats too much by aliases (*name). Write the values out.`]);
  }
}

/** The path of the field whose key begins at an offset. */
function pathOf(document: Document.Parsed, offset: number): string {
  let found: PropertyKey[] = [];
  visit(document, {
    Pair(_, { key }, parents) {
      if (!isNode(key) || key.range?.[0] !== offset) return undefined;
      const outer = parents.flatMap((parent, index): PropertyKey[] => {
        if (isPair(parent)) return [nameOf(parent.key)];
        return isSeq(parent) ? [parent.items.indexOf(parents[index + 1])] : [];
      });
      found = [...outer, nameOf(key)];
      return visit.BREAK;
    },
  });
  return formatPath(found);
}

const nameOf = (key: unknown): string => (isScalar(key) ? String(key.value) : "?");

/** Where aliases stand that name no anchor before them. */
function unknownAliases(document: Document.Parsed): number[] {
  const found: number[] = [];
  visit(document, {
    Alias(_, node: Alias) {
      if (node.resolve(document) === undefined) found.push(node.range?.[0] ?? 0);
    },
  });
  return found;
}
