import { createHash } from "node:crypto";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A CustomResourceDefinition as it goes to the API server. */
export interface CrdDocument {
  readonly apiVersion: string;
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly [key: string]: Json };
}

function isCrd(value: unknown): value is CrdDocument {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "CustomResourceDefinition"
  );
}

/**
 * A schema without its prose, which is most of its size: a Gateway API bundle goes from 1.2 MB to a third,
 * and every CRD is in the state twice and is compared on each refresh. What the API server accepts is the
 * same. A property that happens to be called `description` stays.
 */
export function withoutDescriptions(schema: Json, isPropertyMap = false): Json {
  if (Array.isArray(schema)) return schema.map((item) => withoutDescriptions(item));
  if (typeof schema !== "object" || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => isPropertyMap || key !== "description" || typeof value !== "string",
  );
  return Object.fromEntries(
    kept.map(([key, value]) => [key, withoutDescriptions(value, !isPropertyMap && key === "properties")]),
  );
}

/** The CRDs in YAML text, by name, without status and prose; other kinds of object are left out. */
export async function parseCrds(yaml: string): Promise<CrdDocument[]> {
  // Most runs have the bundles in the cache, parsed.
  const { parseAllDocuments } = await import("yaml");
  return parseAllDocuments(yaml)
    .map((document) => document.toJS() as unknown)
    .filter(isCrd)
    .map(({ apiVersion, kind, metadata, spec }) => ({
      apiVersion,
      kind,
      metadata: {
        name: metadata.name,
        ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
      },
      spec: withoutDescriptions(spec) as CrdDocument["spec"],
    }))
    .sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, canonical(item)]);
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}

/**
 * SHA-256 of what the documents mean, whichever file they came from: an official release and the Go module of
 * the same version agree.
 */
export function digestOfCrds(documents: readonly CrdDocument[]): string {
  return createHash("sha256")
    .update(JSON.stringify(canonical(documents)))
    .digest("hex");
}
