import { UNKNOWN } from "../dynamic/unknown.ts";
import type { WalletSource } from "../wallet/types.ts";
import type { AuditorSignature, NetworkReference, ProviderRecord } from "./types.ts";

/** How tenants and auditors reach the people behind a provider; empty text where there is nothing. */
export interface Contact {
  readonly email: string;
  readonly website: string;
}

/** What is declared of a provider's registration. */
export interface RegistrationInputs {
  readonly network: NetworkReference;
  readonly wallet: WalletSource;
  readonly owner: string;
  readonly hostUri: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly contact: Contact;
  /** Decides about the transaction alone; a change of it changes nothing. */
  readonly withCertificate?: boolean;
}

/** What the engine keeps of it. */
export interface RegistrationState extends RegistrationInputs {
  readonly chainId: string;
  /** Hash of the last transaction that wrote the record; empty when it was adopted as it stood. */
  readonly txHash: string;
  /** Height of that transaction, or of the chain when the record was adopted. */
  readonly height: number;
}

/** Takes the declared fields out of what the engine hands over. */
export function registrationInputs(properties: RegistrationInputs): RegistrationInputs {
  const { network, wallet, owner, hostUri, attributes, contact, withCertificate } = properties;
  const inputs = { network, wallet, owner, hostUri, attributes, contact };
  return withCertificate ? { ...inputs, withCertificate } : inputs;
}

/** The record that a declaration asks for; attributes in the order of their keys. */
export function declaredRecord(inputs: RegistrationInputs): ProviderRecord {
  const { owner, hostUri, attributes, contact } = inputs;
  return {
    owner,
    hostUri,
    attributes: Object.entries(attributes)
      .map(([key, value]) => ({ key, value }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
    email: contact.email,
    website: contact.website,
  };
}

/** The declaration that a record on chain would come from; the parts that are not on chain are kept. */
export function observedInputs(declared: RegistrationInputs, record: ProviderRecord): RegistrationInputs {
  return {
    ...registrationInputs(declared),
    owner: record.owner,
    hostUri: record.hostUri,
    attributes: Object.fromEntries(record.attributes.map(({ key, value }) => [key, value])),
    contact: { email: record.email, website: record.website },
  };
}

/** Fields in which two declarations differ, as paths: `hostUri`, `attributes["location-region"]`. */
export function changedFields(before: RegistrationInputs, after: RegistrationInputs): string[] {
  return [
    ...changed(before.network, after.network, "network"),
    ...changed(before.wallet, after.wallet, "wallet"),
    ...changed(before.owner, after.owner, "owner"),
    ...changed(before.hostUri, after.hostUri, "hostUri"),
    ...changedAttributes(before.attributes, after.attributes).map(attributePath),
    ...changed(before.contact.email, after.contact.email, "contact.email"),
    ...changed(before.contact.website, after.contact.website, "contact.website"),
  ];
}

/** A declaration as far as it is known in a preview: what is not is taken from what was observed. */
export function knownInputs(declared: RegistrationInputs, observed: RegistrationInputs): RegistrationInputs {
  const known = <Value>(value: Value, otherwise: Value) => (isUnknown(value) ? otherwise : value);
  const contact = known(declared.contact, observed.contact);
  const attributes = Object.entries(known(declared.attributes, observed.attributes))
    .map(([key, value]) => [key, known<string | undefined>(value, observed.attributes[key])] as const)
    .filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
  return {
    ...declared,
    hostUri: known(declared.hostUri, observed.hostUri),
    attributes: Object.fromEntries(attributes),
    contact: {
      email: known(contact.email, observed.contact.email),
      website: known(contact.website, observed.contact.website),
    },
  };
}

/** A field of a record that changes, with its values as a person reads them. */
export interface ChangedValue {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** What changes in a record from one declaration to another, field by field. */
export function changedValues(before: RegistrationInputs, after: RegistrationInputs): ChangedValue[] {
  const [old, young] = [valuesOf(before), valuesOf(after)];
  const show = (value: string | undefined) => (value ? JSON.stringify(value) : "nothing");
  return changedFields(before, after)
    .filter((field) => field in old || field in young)
    .map((field) => ({ field, before: show(old[field]), after: show(young[field]) }));
}

/** The fields of a record by their paths. */
function valuesOf({ hostUri, attributes, contact }: RegistrationInputs): Record<string, string> {
  const entries = Object.entries(attributes).map(([key, value]) => [attributePath(key), value]);
  const { email, website } = contact;
  return { hostUri, ...Object.fromEntries(entries), "contact.email": email, "contact.website": website };
}

function attributePath(key: string): string {
  return `attributes[${JSON.stringify(key)}]`;
}

/** Whether a value is not known yet: in a preview a text stands in its place, whatever its type. */
function isUnknown(value: unknown): boolean {
  return value === UNKNOWN;
}

function changed(before: unknown, after: unknown, path: string): string[] {
  return sameValue(before, after) ? [] : [path];
}

/** Keys of attributes that were added, removed or changed, sorted. */
function changedAttributes(
  before: RegistrationInputs["attributes"],
  after: RegistrationInputs["attributes"],
): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => before[key] !== after[key]).sort();
}

/** Equality of plain data; the order of an object's keys does not count. */
function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    Array.isArray(a) === Array.isArray(b) &&
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && sameValue(value, right.get(key)))
  );
}

/** Whether two records say the same; attributes are a set. */
export function sameRecord(a: ProviderRecord, b: ProviderRecord): boolean {
  const text = ({ owner, hostUri, email, website, attributes }: ProviderRecord) =>
    JSON.stringify([owner, hostUri, email, website, attributes.map(({ key, value }) => [key, value]).sort()]);
  return text(a) === text(b);
}

/**
 * The auditors whose signature no longer covers what a provider would declare, and the keys concerned. A value
 * that is not known yet loses nothing.
 */
export function lostSignatures(
  signatures: readonly AuditorSignature[],
  attributes: RegistrationInputs["attributes"],
): { readonly auditor: string; readonly keys: readonly string[] }[] {
  if (isUnknown(attributes)) return [];
  return signatures
    .map(({ auditor, attributes: signed }) => ({
      auditor,
      keys: signed
        .filter(({ key, value }) => attributes[key] !== value && !isUnknown(attributes[key]))
        .map(({ key }) => key),
    }))
    .filter(({ keys }) => keys.length > 0);
}

/** A reason why the chain would refuse a declaration, with the property it is about. */
export interface RegistrationProblem {
  readonly property: string;
  readonly reason: string;
}

/** The chain's own rules (`ValidateBasic` of both messages), so that a preview shows what it would refuse. */
export function registrationProblems(inputs: RegistrationInputs): RegistrationProblem[] {
  const { hostUri, attributes } = inputs;
  const problems: RegistrationProblem[] = [];
  if (!isUnknown(hostUri) && !/^https:\/\/[^/?#\s]+$/.test(hostUri)) {
    const reason = `\`${hostUri}\` is no host URI. Write https, host and port only: \`https://provider.example.com:8443\`.`;
    problems.push({ property: "hostUri", reason });
  }
  for (const key of Object.keys(isUnknown(attributes) ? {} : attributes)) {
    if (/^[a-zA-Z][\w/.-]{1,126}$/.test(key)) continue;
    const reason = `\`${key}\` is no attribute key. Start with a letter; then letters, digits, \`_\`, \`/\`, \`.\`, \`-\`, at most 127 in all.`;
    problems.push({ property: "attributes", reason });
  }
  return problems;
}
