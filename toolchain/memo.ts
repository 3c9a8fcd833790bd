import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "./cache.ts";

interface Entry {
  value: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Findings that are dear to make and may be a little old, kept in `<cache>/findings.json`. */
export interface Memo {
  /** The value kept for `key`, unless it is older than `maxAgeMs`. */
  get(key: string, maxAgeMs: number): string | undefined;
  /** Keeps a value. A cache that cannot be written is no error: the finding is made again. */
  set(key: string, value: string): void;
}

/** Opens the findings of a cache folder; a missing or damaged file counts as empty. */
export function openMemo(root: string, now: () => number = Date.now): Memo {
  const file = join(root, "findings.json");
  const read = (): Record<string, Entry> => {
    try {
      return JSON.parse(readFileSync(file, "utf8")) as Record<string, Entry>;
    } catch {
      return {};
    }
  };
  const entries = read();
  return {
    get(key, maxAgeMs) {
      const entry = entries[key];
      const age = entry ? now() - entry.at : Number.POSITIVE_INFINITY;
      // A clock that was set back makes ages negative; such findings are made again.
      return entry && age >= 0 && age <= maxAgeMs ? entry.value : undefined;
    },
    set(key, value) {
      entries[key] = { value, at: now() };
      try {
        writeFileAtomically(file, `${JSON.stringify({ ...read(), [key]: entries[key] })}\n`);
      } catch {}
    },
  };
}
