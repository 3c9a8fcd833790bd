import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { ChainMessage } from "./types.ts";

/** A signed transaction whose outcome is not known yet. */
export interface JournalEntry {
  readonly chainId: string;
  readonly address: string;
  /** Upper-case hex. */
  readonly hash: string;
  /** The signed bytes, base64. */
  readonly bytes: string;
  readonly sequence: number;
  /** Last block that may include it. */
  readonly timeoutHeight: number;
  readonly messages: readonly ChainMessage["type"][];
  /** For example `1250uakt`. */
  readonly fee: string;
  /** Milliseconds since 1970. */
  readonly signedAt: number;
}

/**
 * What was signed and may be on its way, on disk before it is broadcast, so that a run that is killed leaves
 * nothing unknown: the next one looks it up and sends the same bytes before it signs anything. One entry for
 * each wallet and chain, because they are signed one by one.
 */
export class Journal {
  readonly #path: string;

  /** @param file path without ending */
  constructor(file: string) {
    this.#path = `${file}.json`;
  }

  /** An entry that cannot be read was cut off while it was written, before anything was sent. */
  async read(): Promise<JournalEntry | undefined> {
    try {
      return JSON.parse(await readFile(this.#path, "utf8")) as JournalEntry;
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT")
        return undefined;
      throw error;
    }
  }

  /** Returns when the entry is on the disk. */
  async write(entry: JournalEntry): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const file = await open(`${this.#path}.new`, "w", 0o600);
    try {
      await file.writeFile(JSON.stringify(entry));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${this.#path}.new`, this.#path);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
