import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/**
 * The SHA-256 a publisher's checksum file gives for `name`, or undefined.
 * Understands `hash  name`, `hash *name`, `SHA256 (name) = hash` and files that hold one bare hash.
 */
export function findChecksum(text: string, name: string): string | undefined {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  for (const line of lines) {
    const plain = /^([0-9a-fA-F]{64})\s+[*]?(?:\.\/)?(\S+)$/.exec(line);
    if (plain?.[1] && plain[2] === name) return plain[1].toLowerCase();
    const bsd = /^SHA256 \((.+)\) = ([0-9a-fA-F]{64})$/.exec(line);
    if (bsd?.[2] && bsd[1] === name) return bsd[2].toLowerCase();
  }
  const only = lines.length === 1 ? lines[0] : undefined;
  return only && /^[0-9a-fA-F]{64}$/.test(only) ? only.toLowerCase() : undefined;
}

/** SHA-256 of a file, lower-case hex. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
