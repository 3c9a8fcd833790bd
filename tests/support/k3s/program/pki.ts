import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate with its key, as files. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

const authorities = ["server-ca", "client-ca", "request-header-ca"] as const;
export type AuthorityName = (typeof authorities)[number];

/** Files that every server of a cluster has alike, below `server/`. */
export const sharedFiles = [
  ...authorities.flatMap((name) => [`tls/${name}.crt`, `tls/${name}.key`]),
  "tls/service.key",
  "cred/encryption-config.json",
];

export function authorityFile(folder: string, name: AuthorityName): string {
  return join(folder, "tls", `${name}.crt`);
}

/** Makes a cluster's authorities and shared keys where there are none. */
export function makeAuthorities(folder: string, encryption: boolean): void {
  for (const part of ["tls", "cred"]) mkdirSync(join(folder, part), { recursive: true, mode: 0o700 });
  const at = (path: string) => join(folder, path);
  for (const name of authorities) {
    if (existsSync(at(`tls/${name}.crt`))) continue;
    openssl([
      ...["req", "-x509", "-nodes", "-days", "3650", ...newKey, "-subj", `/CN=k3s-${name}`],
      ...["-addext", "basicConstraints=critical,CA:TRUE"],
      ...["-addext", "keyUsage=critical,keyCertSign,digitalSignature"],
      ...["-keyout", at(`tls/${name}.key`), "-out", at(`tls/${name}.crt`)],
    ]);
  }
  if (!existsSync(at("tls/service.key"))) {
    openssl(["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", at("tls/service.key")]);
  }
  if (!existsSync(at("cred/encryption-config.json"))) {
    writeFileSync(at("cred/encryption-config.json"), JSON.stringify(encryptionConfig(encryption)), {
      mode: 0o600,
    });
  }
}

function encryptionConfig(enabled: boolean): object {
  const secret = openssl(["rand", "-base64", "32"]).trim();
  const key = { aescbc: { keys: [{ name: "aescbckey", secret }] } };
  const providers = enabled ? [key, { identity: {} }] : [{ identity: {} }];
  return {
    kind: "EncryptionConfiguration",
    apiVersion: "apiserver.config.k8s.io/v1",
    resources: [{ resources: ["secrets"], providers }],
  };
}

/**
 * Issues a certificate, anew each time: K3s renews its own at every start when it has to.
 *
 * @param subject as openssl writes it, `/O=system:masters/CN=system:admin`
 * @param names subject alternative names, `DNS:…` and `IP:…`
 */
export function issue(
  folder: string,
  authority: AuthorityName,
  file: string,
  subject: string,
  names: readonly string[] = [],
): Identity {
  const identity = {
    certificate: join(folder, "tls", `${file}.crt`),
    key: join(folder, "tls", `${file}.key`),
  };
  mkdirSync(join(identity.key, ".."), { recursive: true, mode: 0o700 });
  const scratch = mkdtempSync(join(tmpdir(), "issue-"));
  const request = join(scratch, "request");
  const extensions = join(scratch, "extensions");
  const usage = "keyUsage=digitalSignature\nextendedKeyUsage=clientAuth,serverAuth\n";
  writeFileSync(extensions, names.length > 0 ? `${usage}subjectAltName=${names.join(",")}\n` : usage);
  openssl(["req", "-new", "-nodes", ...newKey, "-subj", subject, "-keyout", identity.key, "-out", request]);
  const ca = join(folder, "tls", authority);
  openssl([
    ...["x509", "-req", "-days", "365", "-in", request, "-extfile", extensions, "-out", identity.certificate],
    ...[
      "-CA",
      `${ca}.crt`,
      "-CAkey",
      `${ca}.key`,
      "-set_serial",
      `0x${openssl(["rand", "-hex", "12"]).trim()}`,
    ],
  ]);
  rmSync(scratch, { recursive: true });
  return identity;
}

/** What the first part of a token is: SHA-256 of the cluster's authority. */
export function authorityHash(pem: string): string {
  return createHash("sha256").update(pem).digest("hex");
}

export function encoded(file: string): string {
  return readFileSync(file).toString("base64");
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

function openssl(args: readonly string[]): string {
  return execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
