import { createHash } from "node:crypto";
import { parseDocument } from "yaml";
import { changedPaths } from "../../commands/engineEvents.ts";
import { FleetError } from "./errors.ts";
import { isMap, type Layer } from "./merge.ts";

/** Somebody edited a rendered stack file, or wrote one by hand. */
export class StackFileEdited extends FleetError {
  override readonly name = "StackFileEdited";
}

const MARK = "Rendered from the fleet's declaration by `npm run fleet`: edit that, not this file.";
const CHECKSUM = /^# sha256 of akash:site: ([0-9a-f]{64})$/m;
const SCHEMA = "# yaml-language-server: $schema=./components/site/site.schema.json";
const SITE_KEY = "akash:site";

/**
 * The text of a site's stack file: one truth, the fleet's declaration, in the form the engine reads. What the
 * engine keeps there (`encryptionsalt`, encrypted values, other configuration) stays as it is.
 *
 * @param before text of the file as it is; undefined when there is none
 * @param overwrite whether to give up what was written there by hand
 * @throws StackFileEdited when the site in the file is neither what was rendered last nor what is declared now
 */
export function renderStackFile(
  file: string,
  declaration: Layer,
  before: string | undefined,
  overwrite = false,
): string {
  const document = parseDocument(before ?? "");
  if (document.errors.length > 0)
    throw new StackFileEdited(`${file} is not YAML. Remove it; it is rendered again.`);
  const present: unknown = document.toJS();
  const site = isMap(present) && isMap(present["config"]) ? present["config"][SITE_KEY] : undefined;
  const handMade = site !== undefined && !isRendered(before ?? "", site);
  if (handMade && !overwrite && checksum(site) !== checksum(declaration)) {
    throw new StackFileEdited(describeEdit(file, declaration, site));
  }
  const fresh = parseDocument("{}");
  // Block style, in the order of before, the site first.
  const config = isMap(present) && isMap(present["config"]) ? present["config"] : {};
  const { [SITE_KEY]: _, ...others } = config;
  const rest = isMap(present)
    ? Object.fromEntries(Object.entries(present).filter(([key]) => key !== "config"))
    : {};
  fresh.contents = fresh.createNode({ config: { [SITE_KEY]: declaration, ...others }, ...rest }) as never;
  const header = [`# ${MARK}`, `# sha256 of akash:site: ${checksum(declaration)}`, SCHEMA].join("\n");
  return `${header}\n${fresh.toString({ lineWidth: 0 })}`;
}

/** Whether the file holds what was rendered into it; the engine may have added to it and formatted it anew. */
function isRendered(text: string, site: unknown): boolean {
  return CHECKSUM.exec(text)?.[1] === checksum(site);
}

/** The same for equal declarations, however they are ordered. */
export function checksum(declaration: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(declaration)))
    .digest("hex");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** Names the fields only: a value somebody wrote by hand may be a secret. */
function describeEdit(file: string, declaration: Layer, site: unknown): string {
  const fields = changedPaths(declaration, site).join(", ");
  return `${file} was edited by hand and differs from the fleet's declaration in: ${fields}. Move the edit to the declaration, or give it up with --overwrite.`;
}
