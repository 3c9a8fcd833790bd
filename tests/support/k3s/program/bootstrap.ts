import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sharedFiles } from "./pki.ts";

/** Files that servers share, by their path below `server/`, base64. */
export type Bundle = Readonly<Record<string, string>>;

export function readBundle(folder: string): Bundle {
  const there = sharedFiles.filter((file) => existsSync(join(folder, file)));
  return Object.fromEntries(there.map((file) => [file, readFileSync(join(folder, file)).toString("base64")]));
}

export function writeBundle(folder: string, bundle: Bundle): void {
  for (const file of sharedFiles) {
    const content = bundle[file];
    if (content === undefined) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, file), Buffer.from(content, "base64"), { mode: 0o600 });
  }
}

/** Where the datastore keeps the bundle: as in the real one, under a name that follows from the token. */
export function bundleKey(secret: string): string {
  return `/bootstrap/${createHash("sha256").update(secret).digest("hex").slice(0, 12)}`;
}

/** Encrypts the bundle with the token's secret. */
export function seal(bundle: Bundle, secret: string): string {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv("aes-256-gcm", scryptSync(secret, salt, 32), nonce);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(bundle)), cipher.final()]);
  return [salt, nonce, cipher.getAuthTag(), sealed].map((part) => part.toString("base64")).join(":");
}

/** @throws when the secret is another one */
export function unseal(text: string, secret: string): Bundle {
  const [salt = empty, nonce = empty, tag = empty, sealed = empty] = text
    .split(":")
    .map((part) => Buffer.from(part, "base64"));
  const decipher = createDecipheriv("aes-256-gcm", scryptSync(secret, salt, 32), nonce).setAuthTag(tag);
  return JSON.parse(Buffer.concat([decipher.update(sealed), decipher.final()]).toString()) as Bundle;
}

const empty = Buffer.alloc(0);
