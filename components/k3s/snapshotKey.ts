import { webcrypto } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { SnapshotFailed } from "./errors.ts";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n?/;
const PRIVATE_KEY = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----\n?/;

/** The two halves of the key of snapshots. */
export interface SnapshotKey {
  /** A certificate, PEM: servers encrypt for it. */
  readonly recipient: string;
  /** PEM, PKCS#8: opens snapshots; never leaves this machine but to restore one. */
  readonly privateKey: string;
}

/** The public half of a key file, without waiting; undefined when there is no such file here. */
export function recipientOf(keyFile: string): string | undefined {
  return existsSync(keyFile) ? CERTIFICATE.exec(readFileSync(keyFile, "utf8"))?.[0] : undefined;
}

/** @throws SnapshotFailed when it is missing, open to others, or no key */
export async function readSnapshotKey(keyFile: string): Promise<SnapshotKey> {
  const { mode } = await stat(keyFile).catch(() => {
    throw new SnapshotFailed(
      `The key of the snapshots is not at ${keyFile}. Copy it there from where you keep it, or name it as \`snapshots.keyFile\`.`,
    );
  });
  if (mode & 0o077) {
    throw new SnapshotFailed(`${keyFile} can be read by others. Run \`chmod 600 ${keyFile}\`.`);
  }
  const text = await readFile(keyFile, "utf8");
  const [recipient, privateKey] = [CERTIFICATE.exec(text)?.[0], PRIVATE_KEY.exec(text)?.[0]];
  if (recipient === undefined || privateKey === undefined) {
    throw new SnapshotFailed(
      `${keyFile} does not hold a certificate and its private key. Take the file that was made for this site.`,
    );
  }
  return { recipient, privateKey };
}

/** The key of a site, made at first use: an RSA key and a certificate that says no more than whose it is. */
export async function ensureSnapshotKey(keyFile: string, site: string): Promise<SnapshotKey> {
  if (!existsSync(keyFile)) {
    const made = await newKey(site);
    await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
    await writeFile(keyFile, made.privateKey + made.recipient, { flag: "wx", mode: 0o600 }).catch(
      (error: NodeJS.ErrnoException) => {
        // Several servers are set up at once: the first one to write it wins.
        if (error.code !== "EEXIST") throw error;
      },
    );
  }
  return readSnapshotKey(keyFile);
}

async function newKey(site: string): Promise<SnapshotKey> {
  // Loaded only when a key is made: it costs every other run 50 ms.
  await import("reflect-metadata");
  const { X509CertificateGenerator, PemConverter } = await import("@peculiar/x509");
  const signingAlgorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 3072,
  };
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${site} snapshots`,
    keys,
    signingAlgorithm,
    notBefore: new Date(),
    notAfter: new Date(Date.now() + 50 * 365 * 24 * 3600 * 1000),
  });
  const privateKey = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    recipient: `${certificate.toString("pem")}\n`,
    privateKey: `${PemConverter.encode(privateKey, "PRIVATE KEY")}\n`,
  };
}
