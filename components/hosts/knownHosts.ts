import { createHash, createHmac } from "node:crypto";

/** A public key of a machine. */
export interface HostKey {
  /** For example `ssh-ed25519`. */
  readonly type: string;
  /** The key as SSH sends it, base64. */
  readonly key: string;
}

/** One line of a known-hosts file. */
export interface KnownHost extends HostKey {
  /** Its first field: names, patterns, or one hashed name. */
  readonly names: string;
  /** The key must never be accepted again. */
  readonly revoked: boolean;
}

/** Reads OpenSSH's known_hosts; what is no host's key (comments, certificate authorities) is left out. */
export function parseKnownHosts(text: string): KnownHost[] {
  return text.split("\n").flatMap((line): KnownHost[] => {
    const fields = line.trim().split(/\s+/);
    const marker = fields[0]?.startsWith("@") ? fields.shift() : undefined;
    const [names = "", type = "", key = ""] = fields;
    if (names === "" || names.startsWith("#") || key === "" || marker === "@cert-authority") return [];
    return [{ names, type, key, revoked: marker === "@revoked" }];
  });
}

/** The name under which a known-hosts file keeps a machine. */
export function knownName(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** Whether a line is about the machine of that name. */
export function isAbout({ names }: KnownHost, name: string): boolean {
  if (names.startsWith("|1|")) {
    const [, , salt = "", hash] = names.split("|");
    return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
  }
  let about = false;
  for (const pattern of names.split(",")) {
    const negated = pattern.startsWith("!");
    if (!globMatches(negated ? pattern.slice(1) : pattern, name)) continue;
    if (negated) return false;
    about = true;
  }
  return about;
}

function globMatches(pattern: string, name: string): boolean {
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(name.toLowerCase());
}

/** `SHA256:…` of a public key, as `ssh-keygen -l` prints it. */
export function fingerprintOf(key: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The key's type, which its bytes begin with. */
export function keyTypeOf(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  return bytes.length < 4 ? "unknown" : bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString("latin1");
}
