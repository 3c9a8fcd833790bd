import { X509Certificate } from "node:crypto";

export interface CertificateDescription {
  /** Decimal, as the chain writes it. */
  readonly serial: string;
  /** Common name of the subject: the owner's address. */
  readonly subject: string;
  /** Common name of the issuer. */
  readonly issuer: string;
  /** Host names and IP addresses that it is good for. */
  readonly hosts: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the certificate, upper-case hex in pairs. */
  readonly fingerprint: string;
}

/**
 * @param pem one block of type `CERTIFICATE`
 * @throws Error of Node's parser when it is none
 */
export function describeCertificate(pem: string): CertificateDescription {
  const certificate = new X509Certificate(pem);
  return {
    serial: BigInt(`0x${certificate.serialNumber}`).toString(),
    subject: commonName(certificate.subject),
    issuer: commonName(certificate.issuer),
    hosts: alternativeNames(certificate.subjectAltName),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    fingerprint: certificate.fingerprint256,
  };
}

/** @param name one attribute a line */
function commonName(name: string): string {
  return /^CN=(.*)$/m.exec(name)?.[1] ?? "";
}

/** @param names for example `DNS:provider.example.com, IP Address:192.0.2.1` */
function alternativeNames(names = ""): string[] {
  return [...names.matchAll(/(?:DNS|IP Address):([^,]+)/g)].map(([, value = ""]) => value);
}
