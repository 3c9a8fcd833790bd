import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { findChecksum, sha256OfFile } from "./checksums.ts";
import { type Context, isReachable } from "./context.ts";
import { DownloadError, downloadFile, downloadText } from "./download.ts";
import { ToolchainError } from "./errors.ts";
import type { Origin } from "./install.ts";
import type { Platform, ReleasePin } from "./pins.ts";

/** The name a release file has in a mirror folder: the last segment of its address. */
export function fileNameOf(url: string): string {
  return basename(new URL(url).pathname);
}

/**
 * The file in the mirror folder for `url`, or undefined. Where systems share one name
 * (`kube-apiserver`), `<mirror>/<os>-<arch>/<name>` comes first.
 */
export function findInMirror(
  mirror: string | undefined,
  url: string,
  platform: Platform,
): string | undefined {
  if (!mirror) return undefined;
  const name = fileNameOf(url);
  return [join(mirror, platform.replace("/", "-"), name), join(mirror, name)].find((path) =>
    existsSync(path),
  );
}

export interface FetchOptions {
  mirror?: string;
  platform: Platform;
  /** Whether the official address may be asked. */
  online: boolean;
  note?: (text: string) => void;
}

/**
 * Puts the checked release file into `folder` and returns its path, or undefined where neither
 * mirror nor network has it. Throws ToolchainError `checksum` for a file with another content:
 * that is never passed over in silence. Throws DownloadError when the network fails.
 */
export async function fetchRelease(
  pin: ReleasePin,
  folder: string,
  options: FetchOptions,
): Promise<string | undefined> {
  const target = join(folder, fileNameOf(pin.url));
  mkdirSync(folder, { recursive: true });
  const mirrored = findInMirror(options.mirror, pin.url, options.platform);
  if (mirrored) {
    const expected = await expectedChecksum(pin, options);
    copyFileSync(mirrored, target);
    await refuseOtherContent(target, expected, mirrored);
    return target;
  }
  if (!options.online) return undefined;
  const expected = await expectedChecksum(pin, options);
  const download = () =>
    downloadFile(pin.url, target, {
      onProgress: (received, total) => options.note?.(describe(received, total)),
    });
  try {
    await download();
  } catch (error) {
    // A line that broke is tried once more; a file that is not there will not be there then either.
    if (!(error instanceof DownloadError) || error.status !== undefined) throw error;
    await download();
  }
  await refuseOtherContent(target, expected, pin.url);
  return target;
}

/** A release file on this machine, and where it came from. */
export interface FetchedRelease {
  readonly file: string;
  readonly origin: Origin;
}

/**
 * `fetchRelease` where there may be another source: undefined when the release cannot be had, and why that is goes
 * to `reasons`. A file with another content is an error all the same.
 */
export async function tryRelease(
  context: Context,
  pin: ReleasePin,
  folder: string,
  { reasons, note }: { reasons: string[]; note: (text: string) => void },
): Promise<FetchedRelease | undefined> {
  const { mirror, platform, offline } = context;
  const mirrored = findInMirror(mirror, pin.url, platform);
  const online = mirrored ? !offline : await isReachable(context, pin.url);
  try {
    const file = await fetchRelease(pin, folder, {
      platform,
      online,
      note,
      ...(mirror === undefined ? {} : { mirror }),
    });
    const origin: Origin = { kind: mirrored ? "mirror" : "release", from: mirrored ?? pin.url };
    if (file) return { file, origin };
    reasons.push(offline ? "no network wanted" : `no answer from ${new URL(pin.url).host}`);
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    reasons.push(error.message);
  }
  return undefined;
}

async function expectedChecksum(pin: ReleasePin, options: FetchOptions): Promise<string> {
  if (pin.sha256) return pin.sha256;
  if (!pin.checksums) {
    throw new ToolchainError(
      "invalid-pins",
      `${pin.url} has no checksum`,
      "Add sha256 or checksums to toolchain/pins.json",
    );
  }
  const name = fileNameOf(pin.url);
  const mirrored = findInMirror(options.mirror, pin.checksums, options.platform);
  if (!mirrored && !options.online) {
    throw new DownloadError(
      `${name} cannot be checked: put ${fileNameOf(pin.checksums)} beside it in the mirror folder ${options.mirror}`,
    );
  }
  const text = mirrored ? readFileSync(mirrored, "utf8") : await downloadText(pin.checksums);
  const found = findChecksum(text, name);
  if (!found) throw new DownloadError(`${mirrored ?? pin.checksums} gives no SHA-256 for ${name}`);
  return found;
}

async function refuseOtherContent(file: string, expected: string, source: string): Promise<void> {
  const actual = await sha256OfFile(file);
  if (actual === expected) return;
  rmSync(file, { force: true });
  throw new ToolchainError(
    "checksum",
    `${source} has SHA-256 ${actual}, but ${expected} is expected; it was not installed`,
    "Somebody between you and the publisher changed the file, or the pin in toolchain/pins.json is wrong: compare with the publisher's page before trying again",
  );
}

function describe(received: number, total: number | undefined): string {
  const mega = (bytes: number) => (bytes / 1_048_576).toFixed(0);
  return total ? `downloading ${mega(received)} of ${mega(total)} MB` : `downloading ${mega(received)} MB`;
}
