import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { Document, isMap, isScalar, YAMLMap } from "yaml";
import { parseSiteConfig, type SiteConfig, type SiteDeclaration } from "../../components/site/config.ts";
import { parseYamlDocument } from "../yaml.ts";
import { InitError } from "./errors.ts";

const SCHEMA_COMMENT = " yaml-language-server: $schema=./components/site/site.schema.json";

/** What a person reads above a field. */
const COMMENTS: Readonly<Record<string, string>> = {
  domain: "The site answers at provider.<domain> and *.ingress.<domain>.",
  wallet: "Where the wallet's words are read from when they are needed. They never stand in this file.",
  cluster: "The cluster that runs the site.",
  nodes: "The machines that become the cluster, reached over SSH.",
  address: "The public address: auto, an IP address, or cname:NAME for an address that changes.",
  dns: "Who makes the DNS records: cloudflare (token in CLOUDFLARE_API_TOKEN), rfc2136 or manual.",
  contact: "Published on chain.",
  attributes:
    "Published on chain, where tenants filter by it. GPU and storage attributes are added by themselves.",
  pricing:
    "USD per month for one CPU thread, 1 GiB of memory, one GPU. Compare with others before you change it.",
};

const GROUPS_IN_LINES = new Set(["attributes", "pricing", "nodes"]);

/**
 * The text of a stack file. What an existing file holds besides the site, such as the engine's salt, is kept.
 *
 * @throws {SiteConfigError} when the declaration is not valid
 * @throws {InitError} when the existing file cannot be read
 */
export function stackFileText(
  declaration: SiteDeclaration,
  existing?: { readonly name: string; readonly text: string },
): { text: string; site: SiteConfig } {
  const site = parseSiteConfig(declaration);
  const refuse = (problems: readonly string[]) =>
    new InitError([...problems, "Or remove the file: it is written anew."].join("\n"));
  const document =
    existing === undefined ? new Document({}) : parseYamlDocument(existing.text, existing.name, refuse);
  if (!isMap(document.contents)) document.contents = new YAMLMap() as typeof document.contents;
  if (existing === undefined) document.commentBefore = SCHEMA_COMMENT;
  document.setIn(["config", "akash:site"], siteNode(document, declaration));
  return { text: document.toString({ lineWidth: 110 }), site };
}

function siteNode(document: Document | Document.Parsed, declaration: SiteDeclaration): YAMLMap {
  const node = document.createNode(declaration);
  if (!isMap(node)) throw new TypeError("A declaration is a map.");
  for (const { key, value } of node.items) {
    if (!isScalar(key)) continue;
    const comment = COMMENTS[String(key.value)];
    if (comment !== undefined) key.commentBefore = ` ${comment}`;
    if (isMap(value) && !GROUPS_IN_LINES.has(String(key.value))) value.flow = true;
  }
  return node;
}

/** The text of a file, undefined where there is none. */
export async function readIfPresent(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

/**
 * Writes a file in one step: whoever reads it, and whatever interrupts it, finds the old text or the new one.
 *
 * @throws {InitError} when the file has appeared meanwhile and may not be replaced
 */
export async function writeWhole(file: string, text: string, replace: boolean): Promise<void> {
  const partial = `${file}.${process.pid}.partial`;
  try {
    await writeFile(partial, text, { flag: "wx" });
    await (replace ? rename(partial, file) : link(partial, file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new InitError(`${file} exists already. Choose another --stack, or replace it with --force.`);
  } finally {
    await rm(partial, { force: true });
  }
}
