import { createHash, createPrivateKey, createPublicKey, KeyObject, randomInt, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import { type CertificateDescription, describeCertificate } from "./certificate.ts";
import { ProviderKeyNotDecryptable } from "./errors.ts";
import type { Wallet } from "./types.ts";

/** The provider's TLS key and self-signed certificate; only the wallet can open `sealedPem`. */
export interface ProviderKey extends CertificateDescription {
  /** Block type `CERTIFICATE`, as the chain takes it. */
  readonly certificatePem: string;
  /** Block type `EC PUBLIC KEY` (PKIX inside), as the chain takes it. */
  readonly publicKeyPem: string;
  /** Content of `<home>/<address>.pem`: the certificate, then the private key, encrypted. */
  readonly sealedPem: string;
}

export interface ProviderKeyOptions {
  /** Host name or IP address that tenants connect to; becomes the subject alternative name. */
  readonly host: string;
  /** Days until it expires; 365 by default. */
  readonly validDays?: number;
  /** The present, for tests. */
  readonly now?: Date;
}

const dayMs = 86_400_000;
/** A machine whose clock is a little behind must accept the certificate too. */
const clockSkewMs = 60_000;

/**
 * Makes a P-256 key with a certificate by the rules of `x/cert` and of the provider's gateway: subject and
 * issuer are the owner, the serial is the time in nanoseconds (unique per owner, never reusable).
 *
 * Source of the format: `go/util/tls/key_pair_manager.go` of akash-network/chain-sdk.
 */
export async function createProviderKey(wallet: Wallet, options: ProviderKeyOptions): Promise<ProviderKey> {
  const { host, validDays = 365, now = new Date() } = options;
  await import("reflect-metadata"); // before x509, which needs it while it loads
  const x509 = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(now).toString(16),
    name: `CN=${wallet.address}`,
    notBefore: new Date(now.getTime() - clockSkewMs),
    notAfter: new Date(now.getTime() + validDays * dayMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature |
          x509.KeyUsageFlags.keyEncipherment |
          x509.KeyUsageFlags.dataEncipherment,
        true,
      ),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension([{ type: isIP(host) ? "ip" : "dns", value: host }]),
    ],
  });
  const certificatePem = pem("CERTIFICATE", Buffer.from(certificate.rawData));
  const privateKeyPem = KeyObject.from(keys.privateKey).export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: await sealingPassword(wallet),
  });
  return assemble(certificatePem, `${certificatePem}${privateKeyPem}`);
}

/**
 * Opens what `createProviderKey` or the provider's own tool sealed, and checks that key and certificate belong
 * together.
 *
 * @throws ProviderKeyNotDecryptable
 */
export async function openProviderKey(wallet: Wallet, sealedPem: string): Promise<ProviderKey> {
  const [certificatePem] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/.exec(sealedPem) ?? [
    "",
  ];
  const [privateKeyPem] =
    /-----BEGIN ENCRYPTED PRIVATE KEY-----[^-]+-----END ENCRYPTED PRIVATE KEY-----/.exec(sealedPem) ?? [""];
  try {
    const privateKey = createPrivateKey({ key: privateKeyPem, passphrase: await sealingPassword(wallet) });
    const key = assemble(certificatePem, sealedPem);
    if (key.publicKeyPem === publicKeyPem(createPublicKey(privateKey))) return key;
  } catch {
    // The library's reason ("bad decrypt") says no more than the error below.
  }
  throw new ProviderKeyNotDecryptable(wallet.address);
}

/** 64 bytes that only this wallet can make: its signature over its own address. */
async function sealingPassword(wallet: Wallet): Promise<Buffer> {
  return Buffer.from(await wallet.sign(createHash("sha256").update(wallet.address).digest()));
}

function assemble(certificatePem: string, sealedPem: string): ProviderKey {
  return {
    ...describeCertificate(certificatePem),
    certificatePem,
    publicKeyPem: publicKeyPem(createPublicKey(certificatePem)),
    sealedPem,
  };
}

/** Nanoseconds since 1970, as upstream counts them; the clock gives milliseconds and chance the rest. */
function newSerial(now: Date): bigint {
  return BigInt(now.getTime()) * 1_000_000n + BigInt(randomInt(1_000_000));
}

function publicKeyPem(key: KeyObject): string {
  return pem("EC PUBLIC KEY", key.export({ type: "spki", format: "der" }));
}

function pem(type: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join("\n")}\n-----END ${type}-----\n`;
}
