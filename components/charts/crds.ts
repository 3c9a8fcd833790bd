import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheRootOf } from "../../toolchain/cache.ts";
import { type CrdDocument, digestOfCrds, parseCrds } from "./crdDocuments.ts";
import { fetchModuleOf, type ModuleOptions, TIMEOUT_MS } from "./module.ts";
import { ArtefactMissing, pinOf } from "./sources.ts";

/** Bundles of CRDs that objects here depend on; pinned in `toolchain/pins.json`. */
export type CrdBundle = "cert-manager" | "gateway-api" | "pulumi-kubernetes-operator" | "rook";

export interface CrdOptions extends ModuleOptions {
  /** Folder that holds `<bundle>-<version>.yaml`, for sites without internet. */
  readonly mirror?: string;
}

function cacheFile(bundle: CrdBundle, version: string, cacheRoot = cacheRootOf()): string {
  return join(cacheRoot, "crds", `${bundle}-${version}.json`);
}

/**
 * A bundle that `ensureCrds` has put in the cache, read without waiting so that a component's constructor can.
 *
 * @throws ArtefactMissing when it is not there
 */
export function cachedCrds(bundle: CrdBundle, options: Pick<CrdOptions, "cacheRoot"> = {}): CrdDocument[] {
  const { version } = pinOf("crds", bundle);
  const file = cacheFile(bundle, version, options.cacheRoot);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as CrdDocument[];
  } catch {
    throw new ArtefactMissing(
      `The CRDs of ${bundle} ${version} are not in ${file}. Call ensureCrds("${bundle}") first, as the commands of this package do.`,
    );
  }
}

async function readFolder(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  return (await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")))).join("\n---\n");
}

async function fromMirror(mirror: string, bundle: CrdBundle, version: string): Promise<string> {
  return readFile(join(mirror, `${bundle}-${version}.yaml`), "utf8");
}

async function fromRelease(url: string, timeoutMs: number): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}

async function fromFolder(folder: string, path: string): Promise<string> {
  const at = join(folder, path);
  return (await stat(at)).isDirectory() ? readFolder(at) : readFile(at, "utf8");
}

/**
 * Puts a bundle in the cache if it is not there: from the mirror folder, else the official release, else the
 * Go module of the same version. All are checked against the one pinned digest.
 *
 * @throws ArtefactMissing with the reason of each attempt
 */
export async function ensureCrds(bundle: CrdBundle, options: CrdOptions = {}): Promise<CrdDocument[]> {
  try {
    return cachedCrds(bundle, options);
  } catch {
    // Not there yet.
  }
  const pin = pinOf("crds", bundle);
  const { version, url, module, path, sha256 } = pin;
  const { mirror, timeoutMs = TIMEOUT_MS } = options;
  const attempts: (readonly [string, () => Promise<string>])[] = [];
  if (mirror !== undefined) attempts.push(["mirror", () => fromMirror(mirror, bundle, version)]);
  else {
    if (url !== undefined) attempts.push(["release", () => fromRelease(url, timeoutMs)]);
    if (module !== undefined) {
      const read = async () => fromFolder(await fetchModuleOf(pin, options), path ?? ".");
      attempts.push(["module", read]);
    }
  }
  const reasons: string[] = [];
  for (const [source, read] of attempts) {
    try {
      const documents = await parseCrds(await read());
      const digest = digestOfCrds(documents);
      if (digest !== sha256) throw new Error(`its digest is ${digest} and not the pinned ${sha256}`);
      await writeCache(cacheFile(bundle, version, options.cacheRoot), documents);
      return documents;
    } catch (error) {
      reasons.push(`${source}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new ArtefactMissing(
    `The CRDs of ${bundle} ${version} could not be had (${reasons.join("; ")}). Put ${bundle}-${version}.yaml into a folder and name it as the mirror.`,
  );
}

/** Written beside and renamed, so that an interrupted run leaves nothing half-written. */
async function writeCache(file: string, documents: readonly CrdDocument[]): Promise<void> {
  await mkdir(join(file, ".."), { recursive: true });
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, JSON.stringify(documents));
  await rename(partial, file);
}
