import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { cacheRootOf } from "../../toolchain/cache.ts";
import { findChecksum } from "../../toolchain/checksums.ts";
import { downloadFile, downloadText, hasSha256 } from "../../toolchain/download.ts";
import { type K3sRelease, loadPins, type ReleasePin } from "../../toolchain/pins.ts";
import { fileNameOf } from "../../toolchain/release.ts";
import { hostScript } from "../hosts/script.ts";
import type { Host } from "../hosts/types.ts";
import { BinaryMissing, VersionUnknown } from "./errors.ts";

/** One file of a release, and where it can be had. */
export interface Artefact {
  readonly version: string;
  readonly name: string;
  readonly url: string;
  readonly sha256: string;
  /** Path of the file in the mirror folder; absent when it is downloaded. */
  readonly file?: string;
}

const architectures: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };

/**
 * The pin of a release for a machine.
 *
 * @param machine what `uname -m` says
 * @throws VersionUnknown, BinaryMissing
 */
export function releaseFor(version: string, machine: string): K3sRelease {
  const platforms = loadPins().k3s.releases[version];
  if (platforms === undefined) {
    throw new VersionUnknown(`K3s ${version} is not pinned. Add it to toolchain/pins.json.`);
  }
  const release = platforms[`linux/${architectures[machine] ?? machine}`];
  if (release === undefined) {
    throw new BinaryMissing(
      `There is no K3s ${version} for ${machine}. Use a machine with x86_64 or aarch64.`,
    );
  }
  return release;
}

/**
 * Where a file comes from and what its SHA-256 is: the pinned one, else that of the publisher's list.
 *
 * @param mirror folder with `<version>/<file>`; default `PULUMI_AKASH_MIRROR`
 * @throws BinaryMissing
 */
export async function locate(version: string, pin: ReleasePin, mirror?: string): Promise<Artefact> {
  const folder = mirror ?? process.env["PULUMI_AKASH_MIRROR"];
  const name = fileNameOf(pin.url);
  const inMirror = (file: string) => (folder === undefined ? undefined : join(folder, version, file));
  const file = [inMirror(name)].find((path) => path !== undefined && existsSync(path));
  if (mirror !== undefined && file === undefined) {
    throw new BinaryMissing(
      `The mirror folder ${mirror} has no ${version}/${name}. Download ${pin.url} into it.`,
    );
  }
  const sha256 = pin.sha256 ?? (await listedChecksum(pin, name, file === undefined ? undefined : inMirror));
  return { version, name, url: pin.url, sha256, ...(file === undefined ? {} : { file }) };
}

async function listedChecksum(
  { checksums = "" }: ReleasePin,
  name: string,
  inMirror: ((file: string) => string | undefined) | undefined,
): Promise<string> {
  const list = inMirror?.(fileNameOf(checksums));
  const text =
    list === undefined ? await downloaded(checksums) : await readFile(list, "utf8").catch(() => "");
  const sha256 = findChecksum(text, name);
  if (sha256 === undefined) {
    throw new BinaryMissing(
      `${list ?? checksums} gives no SHA-256 for ${name}. Put the publisher's list there.`,
    );
  }
  return sha256;
}

async function downloaded(url: string): Promise<string> {
  return downloadText(url).catch((error: Error) => {
    throw new BinaryMissing(
      `The list of checksums could not be had: ${error.message}. Let this machine reach it, or put the release into a folder and name it as \`mirror\`.`,
    );
  });
}

const fetchScript = hostScript("k3s/scripts/fetch.sh", {
  step: "download of K3s",
  facts: z.object({ staged: z.boolean(), because: z.string() }),
});

/**
 * Puts a file on a machine, unless it is there: the machine downloads it itself, or it is sent from the mirror
 * folder, or, where the machine has no internet, from here.
 *
 * @param staged path on the machine
 * @throws BinaryMissing
 */
export async function stage(
  host: Host,
  artefact: Artefact,
  staged: string,
  progress: (line: string) => void = () => {},
): Promise<void> {
  const { name, sha256, url, file } = artefact;
  const options = { progress, timeoutSeconds: 1800 };
  const desired = { url: file === undefined ? url : "", sha256, staged };
  const there = await host.script(fetchScript, desired, options);
  if (there.staged) return;
  const local =
    file ?? (await fetchHere(artefact, `${host.name} could not download ${name}: ${there.because}`));
  if (!(await hasSha256(local, sha256))) {
    throw new BinaryMissing(
      `${local} has another SHA-256 than its publisher says; it was not sent. Download ${url} again.`,
    );
  }
  progress(`sending ${name}`);
  await host.write(staged, await readFile(local), 0o755);
}

/** Downloads a file to this machine's cache. */
async function fetchHere({ version, name, url, sha256 }: Artefact, because: string): Promise<string> {
  const folder = join(cacheRootOf(), "k3s", version);
  const path = join(folder, name);
  if (existsSync(path) && (await hasSha256(path, sha256))) return path;
  await mkdir(folder, { recursive: true });
  await downloadFile(url, path).catch((error: Error) => {
    throw new BinaryMissing(
      `${because}; from here it did not work either: ${error.message}. Put the release into a folder and name it as \`mirror\`.`,
    );
  });
  return path;
}
