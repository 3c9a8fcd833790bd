import "reflect-metadata";
import { KeyObject, randomBytes, webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate with its key, both PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const hourMs = 3_600_000;
const validMs = 10 * 365 * 24 * hourMs;

/** A certificate authority that lives as long as this object: its key is never written anywhere. */
export class Authority {
  readonly #certificate: X509Certificate;
  readonly #key: webcrypto.CryptoKey;

  private constructor(certificate: X509Certificate, key: webcrypto.CryptoKey) {
    this.#certificate = certificate;
    this.#key = key;
  }

  static async create(name: string): Promise<Authority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      ...validity(),
      name,
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.digitalSignature, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new Authority(certificate, keys.privateKey);
  }

  get certificate(): string {
    return this.#certificate.toString("pem");
  }

  /** A certificate for this subject, good as a client; with names also as a server. */
  async issue(subject: string, names: JsonGeneralNames = []): Promise<Identity> {
    const keys = await newKeys();
    const usages = [ExtendedKeyUsage.clientAuth];
    if (names.length > 0) usages.push(ExtendedKeyUsage.serverAuth);
    const certificate = await X509CertificateGenerator.create({
      ...validity(),
      subject,
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#key,
      signingAlgorithm: algorithm,
      extensions: [
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension(usages),
        await AuthorityKeyIdentifierExtension.create(this.#certificate),
        new SubjectAlternativeNameExtension(names),
      ],
    });
    return { certificate: certificate.toString("pem"), key: privatePem(keys) };
  }
}

/** A key by itself, PEM. */
export async function newPrivateKey(): Promise<string> {
  return privatePem(await newKeys());
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function privatePem({ privateKey }: webcrypto.CryptoKeyPair): string {
  // Not PKCS #8: the API server reads the public half of its token key from this form only.
  return KeyObject.from(privateKey).export({ type: "sec1", format: "pem" }).toString();
}

function validity() {
  const now = Date.now();
  return {
    notBefore: new Date(now - hourMs),
    notAfter: new Date(now + validMs),
    // A leading byte below 0x80 keeps the integer positive.
    serialNumber: `01${randomBytes(15).toString("hex")}`,
  };
}
