import { mkdir, open, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { signingStateFolder } from "../chain/signingState.ts";
import { type HostError, HostKeyChanged, HostKeyUnknown } from "./errors.ts";
import { fingerprintOf, isAbout, keyTypeOf, knownName, parseKnownHosts } from "./knownHosts.ts";
import type { BastionAddress } from "./types.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The file in which confirmed keys are pinned: `known_hosts` in this package's state folder. */
export function pinnedHostsFile(env: Environment = process.env): string {
  return join(signingStateFolder(env), "known_hosts");
}

/** A key that a machine is expected to show, and where that stands. */
export interface ExpectedKey {
  readonly fingerprint: string;
  /** Undefined where only a fingerprint is known. */
  readonly type: string | undefined;
  readonly revoked: boolean;
  readonly pinned: string;
}

/**
 * What a machine's key is expected to be. The declaration's own `hostKey` decides alone; then the keys that were
 * confirmed here; then those that the person's own OpenSSH knows.
 */
export async function expectedKeys(
  address: BastionAddress,
  env: Environment = process.env,
): Promise<ExpectedKey[]> {
  const { host, port = 22, hostKey } = address;
  if (hostKey !== undefined) return [declaredKey(hostKey)];
  for (const file of [pinnedHostsFile(env), join(homedir(), ".ssh", "known_hosts")]) {
    const text = await readFile(file, "utf8").catch(() => "");
    const known = parseKnownHosts(text).filter((line) => isAbout(line, knownName(host, port)));
    if (known.length > 0) {
      return known.map(({ type, key, revoked }) => ({
        fingerprint: fingerprintOf(Buffer.from(key, "base64")),
        type,
        revoked,
        pinned: file,
      }));
    }
  }
  return [];
}

/** `SHA256:…`, or a public key as in known_hosts: `ssh-ed25519 AAAA…`. */
function declaredKey(hostKey: string): ExpectedKey {
  const pinned = "`hostKey` of the site's file";
  const [type = "", key] = hostKey.trim().split(/\s+/);
  if (key === undefined)
    return { fingerprint: type.replace(/=+$/, ""), type: undefined, revoked: false, pinned };
  return { fingerprint: fingerprintOf(Buffer.from(key, "base64")), type, revoked: false, pinned };
}

/**
 * Judges the key that a machine shows.
 *
 * @param name the machine, for texts
 * @returns what is wrong with it; undefined when it is the expected one
 */
export function judgeKey(
  name: string,
  { host, port = 22 }: BastionAddress,
  key: Uint8Array,
  expected: readonly ExpectedKey[],
): HostError | undefined {
  const fingerprint = fingerprintOf(key);
  const type = keyTypeOf(key);
  const same = expected.filter((known) => known.fingerprint === fingerprint);
  const [first] = expected.filter(({ revoked }) => !revoked);
  if (same.length > 0 && !same.some(({ revoked }) => revoked)) return undefined;
  if (first !== undefined || same.length > 0) {
    const { fingerprint: wanted = "another key", pinned } = first ?? { pinned: same[0]?.pinned ?? "" };
    return new HostKeyChanged(name, `${type} ${fingerprint}`, wanted, pinned);
  }
  const line = `${knownName(host, port)} ${type} ${Buffer.from(key).toString("base64")}`;
  return new HostKeyUnknown(name, { type, fingerprint, line });
}

/** Pins keys that a person has confirmed, for every later run. */
export async function pinHostKeys(
  unknown: readonly HostKeyUnknown[],
  env: Environment = process.env,
): Promise<void> {
  const file = pinnedHostsFile(env);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, "a", 0o600);
  try {
    await handle.appendFile([...new Set(unknown.map(({ line }) => `${line}\n`))].join(""));
    await handle.sync();
  } finally {
    await handle.close();
  }
}
