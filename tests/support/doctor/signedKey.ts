import { KeyObject, webcrypto } from "node:crypto";
import type { ServerKey } from "./gateway.ts";

const DAY_MS = 86_400_000;

/** A certificate as an authority signs them, of 90 days, that ends so many days from now. */
export async function signedKey(host: string, daysLeft: number): Promise<ServerKey> {
  await import("reflect-metadata"); // before x509, which needs it while it loads
  const { X509CertificateGenerator } = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const notAfter = new Date(Date.now() + daysLeft * DAY_MS);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${host}`,
    notBefore: new Date(notAfter.getTime() - 90 * DAY_MS),
    notAfter,
    signingAlgorithm: algorithm,
    keys,
  });
  const key = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" });
  return { cert: certificate.toString("pem"), key: String(key) };
}
