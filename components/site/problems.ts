import { closest } from "fastest-levenshtein";
import type { z } from "zod";
import { sentence, splitSentence } from "./fields.ts";
import { descriptionOf, fieldsOf } from "./schema.ts";
import { findSecrets, secretIn } from "./secrets.ts";

/** One thing that is wrong with a declaration. */
export interface Problem {
  /** Where, for example `dns.zone` or `nodes[0].host`; empty for the whole. */
  readonly path: string;
  /** The value as it may be shown: shortened, secrets hidden, "" where there is none. */
  readonly value: string;
  /** What is wrong with it; completes a sentence that begins with the value. */
  readonly problem: string;
  /** What to do. */
  readonly remedy: string;
}

const LONGEST_SHOWN = 60;
const HIDDEN = "(hidden)";

/** A path as it is written in text: `nodes[0].host`. A secret that stands where a key belongs is hidden. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part) =>
      typeof part === "number" ? `[${part}]` : `.${secretIn(String(part)) ? HIDDEN : String(part)}`,
    )
    .join("")
    .replace(/^\./, "");
}

/** A value as it may be shown: never the inside of an object, never a secret. */
export function showValue(value: unknown, path: readonly PropertyKey[] = []): string {
  if (value === undefined) return "";
  if (findSecrets(value, path).length > 0 || isVariableField(path)) return HIDDEN;
  if (Array.isArray(value)) return "the list";
  if (typeof value === "object" && value !== null) return "the object";
  const shown = JSON.stringify(value);
  return shown.length > LONGEST_SHOWN ? `${shown.slice(0, LONGEST_SHOWN - 1)}…"` : shown;
}

/** A field that names an environment variable often gets the variable's value by mistake. */
function isVariableField(path: readonly PropertyKey[]): boolean {
  const field = path.at(-1);
  return typeof field === "string" && field.endsWith("Env");
}

/** The value at a path, undefined where there is none. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

/** The problem of a value inside a declaration. */
export function problemAt(
  root: unknown,
  path: readonly PropertyKey[],
  problem: string,
  remedy: string,
): Problem {
  return { path: formatPath(path), value: showValue(valueAt(root, path), path), problem, remedy };
}

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  object: "a group of fields",
  record: "a group of fields",
  array: "a list",
};

/**
 * The schema library's own findings in our words. It is passed to the parse, where the schema that failed
 * is still known; the two halves come out of `problemsOf`.
 */
export function explain(issue: z.core.$ZodRawIssue): string {
  const description = descriptionOf(issue.inst);
  const expected = description ? `Expected: ${description}.` : "Write a value, or leave the field out.";
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return sentence("is missing", expected);
      return sentence(`is not ${KINDS[issue.expected] ?? issue.expected}`, withQuotes(issue, expected));
    case "invalid_value":
      if (issue.input === undefined) return sentence("is missing", expected);
      return sentence("is not one of the choices", `Choose ${listed(issue.values.map(String))}.`);
    case "invalid_union":
      if (lacksDiscriminator(issue)) return sentence("is missing", `Choose ${listed(optionsOf(issue))}.`);
      return sentence("is not one of the choices", `Choose ${listed(optionsOf(issue))}.`);
    case "unrecognized_keys":
      return JSON.stringify(fieldsOf(issue.inst));
    default:
      return sentence("is not valid", expected);
  }
}

function withQuotes(issue: z.core.$ZodRawIssue, expected: string): string {
  const bare = typeof issue.input === "number" || typeof issue.input === "boolean";
  return bare && issue.code === "invalid_type" && issue.expected === "string"
    ? `Put it in quotes: "${String(issue.input)}".`
    : expected;
}

function lacksDiscriminator(issue: z.core.$ZodRawIssue): boolean {
  return valueAt(issue.input, [String(Reflect.get(issue, "discriminator"))]) === undefined;
}

function optionsOf(issue: z.core.$ZodRawIssue): string[] {
  const options: unknown = Reflect.get(issue, "options");
  return Array.isArray(options) ? options.map(String) : [];
}

function listed(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join("") : `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}

/**
 * What a failed parse found, one problem per field.
 *
 * @param ambiguous paths at which no alternative can be told to be the meant one; of these only the keys
 *   that no alternative knows are reported
 */
export function problemsOf(
  root: unknown,
  issues: readonly z.core.$ZodIssue[],
  ambiguous: ReadonlySet<string>,
): Problem[] {
  const problemsIn = (issue: z.core.$ZodIssue, base: readonly PropertyKey[]): Problem[] => {
    const path = [...base, ...issue.path];
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownKey(root, path, key, knownKeys(issue)));
    }
    if (issue.code === "invalid_union" && issue.errors.length > 0) {
      if (ambiguous.has(formatPath(path))) return foreignKeys(root, path, issue.errors);
      return bestBranch(issue.errors).flatMap((inner) => problemsIn(inner, path));
    }
    const { problem, remedy } = splitSentence(issue.message);
    return [problemAt(root, path, problem, remedy)];
  };
  return issues.flatMap((issue) => problemsIn(issue, []));
}

type UnknownKeys = z.core.$ZodIssueUnrecognizedKeys;

/** The keys known where unknown ones were found; `explain` left them in the message. */
function knownKeys(issue: UnknownKeys): string[] {
  return JSON.parse(issue.message);
}

/** Keys that none of the alternatives knows. */
function foreignKeys(
  root: unknown,
  path: readonly PropertyKey[],
  branches: readonly (readonly z.core.$ZodIssue[])[],
): Problem[] {
  const unknown = branches.flat().filter((issue): issue is UnknownKeys => issue.code === "unrecognized_keys");
  const known = [...new Set(unknown.flatMap(knownKeys))];
  const keys = new Set(unknown.flatMap(({ keys }) => keys).filter((key) => !known.includes(key)));
  return [...keys].map((key) => unknownKey(root, path, key, known));
}

function unknownKey(root: unknown, path: readonly PropertyKey[], key: string, known: string[]): Problem {
  const nearest = closest(key, known);
  return problemAt(
    root,
    [...path, key],
    `stands under an unknown key; the nearest known one is \`${nearest}\``,
    `Write \`${nearest}\` or remove it; known here: ${known.join(", ")}.`,
  );
}

/** Of the alternatives that all failed, the one that was most likely meant: the fewest foreign keys, then the fewest issues. */
function bestBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const distance = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.reduce((sum, issue) => {
      if (issue.code === "unrecognized_keys") return sum + 100 * issue.keys.length;
      return sum + (issue.path.length === 0 ? 10_000 : 1);
    }, 0);
  return branches.toSorted((a, b) => distance(a) - distance(b))[0] ?? [];
}
