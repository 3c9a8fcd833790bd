import { isDeepStrictEqual } from "node:util";
import type { ClusterAccess } from "../cluster/types.ts";
import type { WalletSource } from "../wallet/types.ts";
import { certificateSecretName, type KeyFile } from "./certificateKeys.ts";
import { type CertificateCondition, isRenewalDue, soundCertificate } from "./certificatePlan.ts";
import type { NetworkReference } from "./types.ts";

/** What is declared of a provider's certificate. */
export interface CertificateDeclaration {
  readonly network: NetworkReference;
  readonly wallet: WalletSource;
  readonly owner: string;
  readonly host: string;
  readonly cluster: ClusterAccess;
  readonly validDays: number;
  readonly renewBeforeDays: number;
  /** Decides about the transaction alone; a change of it changes nothing. */
  readonly withRegistration?: boolean;
}

/** The declaration with the wish that the certificate be sound, so that what is not shows as a change. */
export interface CertificateInputs extends CertificateDeclaration, CertificateCondition {}

/** What the engine keeps of it. */
export interface CertificateState extends CertificateInputs {
  readonly chainId: string;
  /** Decimal. */
  readonly serial: string;
  /** ISO 8601. */
  readonly notBefore: string;
  /** ISO 8601. */
  readonly notAfter: string;
  /** SHA-256 of the DER. */
  readonly fingerprint: string;
  readonly secretName: string;
}

/** Takes the declared fields out of what the engine hands over. */
export function certificateInputs(properties: CertificateDeclaration): CertificateInputs {
  const { network, wallet, owner, host, cluster, validDays, renewBeforeDays, withRegistration } = properties;
  return {
    ...{ network, wallet, owner, host, cluster, validDays, renewBeforeDays },
    ...(withRegistration ? { withRegistration } : {}),
    ...soundCertificate,
  };
}

/** What the state says of a certificate: nothing that only the wallet may know. */
export function describeKey({ serial, fingerprint, notBefore, notAfter }: KeyFile) {
  return {
    serial,
    fingerprint,
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
  };
}

/** The state of a declaration that this key fulfils. */
export function describeState(
  declaration: CertificateDeclaration,
  chainId: string,
  key: KeyFile,
): CertificateState {
  return {
    ...certificateInputs(declaration),
    ...describeKey(key),
    chainId,
    secretName: certificateSecretName,
  };
}

const comparedFields = [
  "network",
  "wallet",
  "owner",
  "host",
  "cluster",
  "validDays",
  "renewBeforeDays",
  "state",
  "key",
  "renewal",
] as const;

/** Fields to act on. The renewal falls due by time alone, also in a run that reads nothing back. */
export function changedCertificateFields(
  olds: CertificateState,
  news: CertificateInputs,
  now: Date,
): string[] {
  const due = isRenewalDue(new Date(olds.notAfter), news.renewBeforeDays, now);
  const before = { ...olds, renewal: due ? "due" : olds.renewal };
  return comparedFields.filter((field) => !isDeepStrictEqual(before[field], news[field]));
}

/** A reason why no certificate can be made as declared, with the property it is about. */
export interface CertificateProblem {
  readonly property: string;
  readonly reason: string;
}

export function certificateProblems({
  host,
  validDays,
  renewBeforeDays,
}: CertificateInputs): CertificateProblem[] {
  const problems: CertificateProblem[] = [];
  if (!/^[\w.-]+$/.test(host)) {
    const reason = `\`${host}\` is no host. Give the name or IPv4 address alone, such as \`provider.example.com\`.`;
    problems.push({ property: "host", reason });
  }
  if (!(validDays > 0)) {
    const reason = `${validDays} days is no validity. Use a positive number; 365 is usual.`;
    problems.push({ property: "validDays", reason });
  }
  if (!(renewBeforeDays >= 0 && renewBeforeDays < validDays)) {
    const reason = `${renewBeforeDays} is not within the ${validDays} days of validity, so every run would renew. Use a smaller number.`;
    problems.push({ property: "renewBeforeDays", reason });
  }
  return problems;
}
