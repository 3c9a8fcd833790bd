import type { ServerHostKeyAlgorithm } from "ssh2";
import type { ExpectedKey } from "./hostKeys.ts";

/** Order in which keys are asked for: the types that are known first, so that a known machine shows a known key. */
export function keyAlgorithms(expected: readonly ExpectedKey[]): ServerHostKeyAlgorithm[] {
  const known = expected.flatMap(({ type }) =>
    type === undefined ? [] : ALGORITHMS.filter((a) => typeOf(a) === type),
  );
  return [...new Set([...known, ...ALGORITHMS])];
}

const ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
];

const typeOf = (algorithm: string): string => (algorithm.startsWith("rsa-") ? "ssh-rsa" : algorithm);
