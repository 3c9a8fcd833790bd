import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fetchModuleOf, type ModuleOptions } from "./module.ts";
import { type ChartName, moduleChartFolder, pinOf } from "./sources.ts";

export interface ChartOptions extends ModuleOptions {
  /** Folder with the charts, for sites without internet; nothing else is then asked. */
  readonly mirror?: string;
  /** Whether an official address has its file. Default: asks it, and remembers the answer for ten minutes. */
  readonly isOffered?: (url: string) => Promise<boolean>;
}

/** What a chart is made of; modules hold files for its authors beside it. */
const PARTS = /^(templates\/|crds\/|values\.yaml$|values\.schema\.json$|Chart\.yaml$)/;

/**
 * Has a chart in the cache, out of the Go module of the same version, where its repository does not offer it. Where
 * neither has it nothing is done: the engine asks the repository by itself and says what it answers.
 */
export async function ensureChart(name: ChartName, options: ChartOptions = {}): Promise<void> {
  const { mirror, cacheRoot, isOffered = askRepository } = options;
  const pin = pinOf("charts", name);
  const folder = moduleChartFolder(name, cacheRoot);
  if (mirror !== undefined || pin.module === undefined || existsSync(folder)) return;
  if (await isOffered(pin.url ?? "")) return;
  const module = await fetchModuleOf(pin, options).catch(() => undefined);
  if (module === undefined) return;
  const files = await readChart(join(module, pin.path ?? "."), pin.version);
  if (digestOfChart(files) === pin.moduleSha256) await writeChart(files, folder);
}

async function askRepository(url: string): Promise<boolean> {
  const { contextOf, isOffered } = await import("../../toolchain/context.ts");
  return isOffered(contextOf({ silent: true }), url);
}

/**
 * The files of a chart by their path in it. Where its authors fill in `Chart.yaml` when they release, that is
 * done here with the version.
 */
export async function readChart(folder: string, version: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, string>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, "utf8");
    const name = relative(folder, path);
    if (name === "Chart.template.yaml") files.set("Chart.yaml", released(text, version));
    else if (PARTS.test(name)) files.set(name, text);
  }
  return new Map([...files].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function released(template: string, version: string): string {
  return template
    .replace(/^version:.*$/m, `version: ${version}`)
    .replace(/^appVersion:.*$/m, `appVersion: ${version}`)
    .replace("{{IS_PRERELEASE}}", String(version.includes("-")));
}

/** SHA-256 over paths and contents, in the order of the paths. */
export function digestOfChart(files: ReadonlyMap<string, string>): string {
  return createHash("sha256")
    .update(JSON.stringify([...files]))
    .digest("hex");
}

/** Written beside and renamed, so that an interrupted run leaves nothing half-written. */
async function writeChart(files: ReadonlyMap<string, string>, folder: string): Promise<void> {
  const partial = `${folder}.${process.pid}`;
  for (const [path, text] of files) {
    await mkdir(dirname(join(partial, path)), { recursive: true });
    await writeFile(join(partial, path), text);
  }
  await rename(partial, folder).catch(async (error: unknown) => {
    await rm(partial, { recursive: true, force: true });
    // Another run was faster.
    if (!existsSync(folder)) throw error;
  });
}
