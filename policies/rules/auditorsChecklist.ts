import { attributesOf, isRegistration } from "../chain.ts";
import { isKind, metadataOf } from "../kubernetes.ts";
import type { DeclaredResource, Missing, Rule } from "../types.ts";
import { record, text } from "../values.ts";

/** What auditors look for in every record (akash-network/community#1138 and other issues labelled Provider Audit). */
const EXPECTED: readonly { readonly key: string; readonly value?: string }[] = [
  { key: "host", value: "akash" },
  { key: "tier", value: "community" },
  { key: "organization" },
  { key: "location-region" },
];

/**
 * The record passes the auditors' checklist.
 *
 * Severity: medium, and advisory: a provider without an audit may run. But most tenants ask for audited providers, and
 * an auditor sends back records with missing attributes, with `undefined` for a value, without a way to reach the people
 * behind them, or with storage that does not exist. Remedy: the attributes and contact that are named.
 */
export const auditorsChecklist: Rule = {
  name: "auditors-checklist",
  severity: "medium",
  enforcement: "advisory",
  demand: "The record on chain has what auditors check: attributes, contact, and storage that exists.",
  reason: "Most tenants ask for audited providers, and auditors send such a record back.",
  remedy: "Complete `attributes` and `contact` of the site.",
  appliesTo: isRegistration,
  findings(resource) {
    const attributes = attributesOf(resource);
    return [
      ...EXPECTED.flatMap(({ key, value }) => {
        const found = attributes.get(key);
        if (found === undefined) return [`it has no attribute \`${key}\``];
        return value === undefined || found === value ? [] : [`its attribute \`${key}\` is not \`${value}\``];
      }),
      ...[...attributes]
        .filter(([, value]) => /^\s*(undefined|null|)\s*$/i.test(value))
        .map(
          ([key, value]) => `its attribute \`${key}\` is ${value.trim() === "" ? "empty" : `\`${value}\``}`,
        ),
      ...contactFindings(resource),
      ...storageFindings(attributes),
    ];
  },
  missing(resources) {
    const classes = new Set(
      resources.filter((item) => isKind(item, "StorageClass")).map((item) => metadataOf(item).name),
    );
    // Where no class is declared, the cluster has its own, which are not seen here.
    if (classes.size === 0) return [];
    return resources.filter(isRegistration).flatMap((resource) =>
      persistentClasses(attributesOf(resource))
        .filter((name) => !classes.has(name))
        .map(
          (name): Missing => ({
            resource,
            finding: `it advertises the storage class ${name}, which is not declared`,
          }),
        ),
    );
  },
};

function contactFindings({ props }: DeclaredResource): string[] {
  const contact = record(props["contact"]);
  return ["email", "website"]
    .filter((field) => (text(contact[field]) ?? "") === "")
    .map((field) => `its contact has no ${field}`);
}

function storageFindings(attributes: ReadonlyMap<string, string>): string[] {
  const claimed = attributes.get("feat-persistent-storage") === "true";
  const classes = persistentClasses(attributes);
  if (claimed && classes.length === 0) return ["it claims persistent storage and names no class of it"];
  if (!claimed && classes.length > 0) {
    return [`it names the storage class ${classes[0]} and not \`feat-persistent-storage: "true"\``];
  }
  return [];
}

function persistentClasses(attributes: ReadonlyMap<string, string>): string[] {
  return [...attributes].flatMap(([key, value]) => {
    const index = /^capabilities\/storage\/(\d+)\/class$/.exec(key)?.[1];
    return index !== undefined && attributes.get(`capabilities/storage/${index}/persistent`) === "true"
      ? [value]
      : [];
  });
}
