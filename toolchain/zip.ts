import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { inflateRawSync } from "node:zlib";

/**
 * Unpacks a zip file (stored and deflated entries, which is what releases use) into `target`.
 * GNU tar does not read zip, and `unzip` is not on every machine. Throws on entries that leave `target`.
 */
export function unzip(file: string, target: string): void {
  const data = readFileSync(file);
  for (const entry of listEntries(data)) {
    const path = normalize(join(target, entry.name));
    if (!path.startsWith(normalize(target) + sep))
      throw new Error(`${file}: entry ${entry.name} leaves the folder`);
    if (entry.name.endsWith("/")) continue;
    const start =
      entry.offset + 30 + data.readUInt16LE(entry.offset + 26) + data.readUInt16LE(entry.offset + 28);
    const packed = data.subarray(start, start + entry.packedSize);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, entry.method === 0 ? packed : inflateRawSync(packed));
    if (entry.mode & 0o111) chmodSync(path, 0o755);
  }
}

interface Entry {
  name: string;
  method: number;
  packedSize: number;
  offset: number;
  mode: number;
}

function listEntries(data: Buffer): Entry[] {
  const end = data.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  if (end < 0) throw new Error("not a zip file");
  const entries: Entry[] = [];
  let at = data.readUInt32LE(end + 16);
  for (let i = data.readUInt16LE(end + 10); i > 0; i--) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      data.readUInt16LE(at + offset),
    );
    const method = data.readUInt16LE(at + 10);
    const name = data.toString("utf8", at + 46, at + 46 + (nameLength ?? 0));
    if (method !== 0 && method !== 8) throw new Error(`zip entry ${name} uses unknown compression ${method}`);
    entries.push({
      name,
      method,
      packedSize: data.readUInt32LE(at + 20),
      offset: data.readUInt32LE(at + 42),
      mode: data.readUInt32LE(at + 38) >>> 16,
    });
    at += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
  }
  return entries;
}
