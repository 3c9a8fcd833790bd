/** What a certificate is called everywhere: on chain, in the cluster, in the state. */
export interface CertificateIdentity {
  /** Decimal. */
  readonly serial: string;
  /** SHA-256 of the DER. */
  readonly fingerprint: string;
}

/** A certificate of the owner on chain. */
export interface PublishedCertificate extends CertificateIdentity {
  readonly state: "valid" | "revoked";
  /** Subject alternative names. */
  readonly hosts: readonly string[];
}

/** A sealed key with its certificate, as it lies in the cluster. */
export interface StoredKey extends CertificateIdentity {
  /** Whether this wallet can decrypt the private key. */
  readonly opens: boolean;
  readonly hosts: readonly string[];
  readonly notAfter: Date;
}

/** The keys in the cluster. */
export interface StoredKeys<Key extends StoredKey = StoredKey> {
  /** The key that the provider serves with. */
  readonly active: Key | undefined;
  /** A key that was made and is not served with yet. */
  readonly pending: Key | undefined;
}

/** Everything that decides what to do. */
export interface CertificateSituation<Key extends StoredKey = StoredKey> extends StoredKeys<Key> {
  /** All certificates of the owner. */
  readonly published: readonly PublishedCertificate[];
  /** Host name or IP address that tenants connect to. */
  readonly host: string;
  readonly now: Date;
  /** Days before its expiry from which on a certificate is replaced. */
  readonly renewBeforeDays: number;
}

/**
 * The next step towards one valid certificate whose key the provider serves with: the active key is good
 * (`keep`), the pending one is and takes its place (`switch`), a stored key is missing on chain (`publish`),
 * or a new one is needed (`create`).
 */
export type CertificatePlan<Key extends StoredKey = StoredKey> =
  | { readonly action: "keep" | "switch" | "publish"; readonly key: Key }
  | { readonly action: "create" };

/** A key's certificate on chain; `differs` is another certificate under the same serial. */
export type PublicationState = "valid" | "revoked" | "missing" | "differs";

const dayMs = 86_400_000;

/**
 * Decides by what is there, never by what an earlier run meant to do, so that a run that was killed anywhere
 * is continued by the next one: a key is stored before it is published, and a published one is never lost.
 */
export function planCertificate<Key extends StoredKey>(
  situation: CertificateSituation<Key>,
): CertificatePlan<Key> {
  const { active, pending } = situation;
  const activeIs = active && suitability(active, situation);
  const pendingIs = pending && suitability(pending, situation);
  // A second copy of what is served with takes nothing's place.
  const isCopy = activeIs === "valid" && active?.fingerprint === pending?.fingerprint;
  if (pending && pendingIs === "valid" && !isCopy) return { action: "switch", key: pending };
  if (active && activeIs === "valid") return { action: "keep", key: active };
  if (active && activeIs === "missing") return { action: "publish", key: active };
  if (pending && pendingIs === "missing") return { action: "publish", key: pending };
  return { action: "create" };
}

/** What is on chain of a key that could serve from now on. */
function suitability(key: StoredKey, situation: CertificateSituation): PublicationState | "unsuitable" {
  const { published, host, now, renewBeforeDays } = situation;
  const suitable = key.opens && key.hosts.includes(host) && !isRenewalDue(key.notAfter, renewBeforeDays, now);
  return suitable ? publicationState(key, published) : "unsuitable";
}

export function isRenewalDue(notAfter: Date, renewBeforeDays: number, now: Date): boolean {
  return notAfter.getTime() - now.getTime() <= renewBeforeDays * dayMs;
}

export function publicationState(
  key: CertificateIdentity,
  published: readonly PublishedCertificate[],
): PublicationState {
  const found = published.find(({ serial }) => serial === key.serial);
  if (found === undefined) return "missing";
  return found.fingerprint === key.fingerprint ? found.state : "differs";
}

/**
 * Serials of the valid certificates for these hosts that the one to keep has taken the place of. None, as
 * long as that one is not valid itself: a provider without any valid certificate takes no orders.
 */
export function supersededSerials(
  published: readonly PublishedCertificate[],
  hosts: readonly string[],
  keep: string,
): string[] {
  const valid = validFor(published, hosts);
  return valid.includes(keep) ? valid.filter((serial) => serial !== keep) : [];
}

/** Serials of the valid certificates for any of these hosts, sorted. */
export function validFor(published: readonly PublishedCertificate[], hosts: readonly string[]): string[] {
  return published
    .filter((one) => one.state === "valid" && one.hosts.some((host) => hosts.includes(host)))
    .map(({ serial }) => serial)
    .sort();
}

/** What differs from the wish, field by field; the wish is {@link soundCertificate}. */
export interface CertificateCondition {
  /** On chain. */
  readonly state: "valid" | "revoked" | "missing";
  /** The key in the cluster. */
  readonly key: "in place" | "missing" | "not decryptable" | "not the one on chain";
  /** Whether the expiry is close. */
  readonly renewal: "not due" | "due";
}

export const soundCertificate: CertificateCondition = {
  state: "valid",
  key: "in place",
  renewal: "not due",
};

/**
 * @param recordedSerial serial in the state; says which certificate to look for when the key is gone
 * @returns the condition, and the hosts of the certificate in place of a declared host that it is not for
 */
export function certificateCondition(
  situation: CertificateSituation,
  recordedSerial: string,
): CertificateCondition & { readonly host: string } {
  const { published, active, host, now, renewBeforeDays } = situation;
  if (active === undefined) {
    const state = published.find(({ serial }) => serial === recordedSerial)?.state ?? "missing";
    return { ...soundCertificate, state, key: "missing", host };
  }
  const state = publicationState(active, published);
  return {
    state: state === "differs" ? "missing" : state,
    key: state === "differs" ? "not the one on chain" : active.opens ? "in place" : "not decryptable",
    renewal: isRenewalDue(active.notAfter, renewBeforeDays, now) ? "due" : "not due",
    host: active.hosts.includes(host) ? host : active.hosts.join(", "),
  };
}
