import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChecksum, sha256OfFile } from "./checksums.ts";
import { DownloadError, downloadFile, downloadText } from "./download.ts";
import { type Pins, releasesOf } from "./pins.ts";
import type { Progress } from "./progress.ts";
import { fileNameOf } from "./release.ts";

/** What became of one entry. */
export interface HashFinding {
  /** The entry, as a path in `pins.json`. */
  readonly where: string;
  /**
   * `added`: it had no hash; `same`: the publisher says the same; `differs`: the publisher says another, and the
   * pinned one stays; `unknown`: no hash is pinned and the publisher could not be asked.
   */
  readonly outcome: "added" | "same" | "differs" | "unknown";
  /** The other hash, or why there is none. */
  readonly detail?: string;
}

/**
 * Puts the SHA-256 that its publisher gives into every entry of `pins` that has none: of a program's release out of
 * the publisher's list, of a chart, which has no list, by downloading it. A pinned hash is compared with the list and
 * never changed. Where a publisher does not answer the entry stays as it is.
 */
export async function addHashes(pins: Pins, progress: Progress): Promise<HashFinding[]> {
  const findings: HashFinding[] = [];
  const entries = [...listed(pins), ...charts(pins)];
  const step = progress.start("asking publishers for SHA-256");
  for (const [index, { where, pin, ask }] of entries.entries()) {
    step.note(`${index + 1} of ${entries.length}: ${where}`);
    const said = await ask().catch((error: unknown) => {
      if (error instanceof DownloadError) return error;
      step.fail();
      throw error;
    });
    if (said instanceof DownloadError) {
      if (pin.sha256 === undefined) findings.push({ where, outcome: "unknown", detail: said.message });
    } else if (pin.sha256 === undefined) {
      pin.sha256 = said;
      findings.push({ where, outcome: "added" });
    } else if (pin.sha256 === said) {
      findings.push({ where, outcome: "same" });
    } else {
      findings.push({ where, outcome: "differs", detail: said });
    }
  }
  step.done();
  return findings;
}

interface Entry {
  readonly where: string;
  readonly pin: { sha256?: string };
  /** Throws DownloadError where the publisher does not say. */
  ask(): Promise<string>;
}

/** Releases whose publisher has a list of hashes; several share one. */
function listed(pins: Pins): Entry[] {
  const lists = new Map<string, Promise<string>>();
  const textOf = (url: string) => {
    const text = lists.get(url) ?? downloadText(url);
    lists.set(url, text);
    return text;
  };
  return releasesOf(pins).flatMap(([where, pin]) => {
    const { url, checksums } = pin;
    if (checksums === undefined) return [];
    const ask = async () => {
      const found = findChecksum(await textOf(checksums), fileNameOf(url));
      if (found === undefined)
        throw new DownloadError(`${checksums} gives no SHA-256 for ${fileNameOf(url)}`);
      return found;
    };
    return [{ where, pin, ask }];
  });
}

/** Charts without a hash that a plain download brings; those in an OCI registry are left to Helm. */
function charts(pins: Pins): Entry[] {
  return Object.entries(pins.charts).flatMap(([name, pin]) => {
    const { url = "", sha256 } = pin;
    if (sha256 !== undefined || !/^https?:/.test(url)) return [];
    return [{ where: `charts.${name}`, pin, ask: () => hashOfDownload(url) }];
  });
}

async function hashOfDownload(url: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-akash-hash-"));
  try {
    const file = join(folder, fileNameOf(url));
    await downloadFile(url, file);
    return await sha256OfFile(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
