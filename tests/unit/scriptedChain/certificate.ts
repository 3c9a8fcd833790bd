import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { X509CertificateGenerator } from "@peculiar/x509";

export interface TestCertificate {
  readonly certificate: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** A self-signed certificate with this common name, in the two PEM blocks that the chain takes. */
export async function makeCertificate(commonName: string, serialHex = "0a"): Promise<TestCertificate> {
  const keys = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialHex,
    name: `CN=${commonName}`,
    notBefore: new Date(),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    keys,
  });
  const spki = Buffer.from(await webcrypto.subtle.exportKey("spki", keys.publicKey));
  return {
    certificate: Buffer.from(`${certificate.toString("pem")}\n`),
    publicKey: Buffer.from(pem("EC PUBLIC KEY", spki)),
  };
}

export function pem(type: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join("\n")}\n-----END ${type}-----\n`;
}
