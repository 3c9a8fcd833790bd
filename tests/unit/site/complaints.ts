import assert from "node:assert/strict";
import { formatProblem, parseSiteConfig, SiteConfigError } from "../../../components/site/config.ts";
import { declaration } from "./declarations.ts";

/** What is said of a declaration, one line per problem. */
export function complaints(value: unknown): string[] {
  try {
    parseSiteConfig(value);
  } catch (error) {
    assert(error instanceof SiteConfigError);
    return error.problems.map(formatProblem);
  }
  return [];
}

/** A declaration that is refused for what it changes, and what is said of it. */
export type Refusals = Readonly<
  Record<string, { readonly given: Record<string, unknown>; readonly says: readonly string[] }>
>;

/** The same of a good declaration with changes. */
export const said = (changes: Record<string, unknown>) => complaints(declaration(changes));
