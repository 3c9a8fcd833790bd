import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import type { BinaryPin } from "./pins.ts";

/** The cache folder: PULUMI_AKASH_CACHE, else `pulumi-akash` in the user's cache folder. */
export function cacheRootOf(env: NodeJS.ProcessEnv = process.env): string {
  if (env.PULUMI_AKASH_CACHE) return env.PULUMI_AKASH_CACHE;
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "pulumi-akash");
}

/** Where the cache has plugins as the engine's home would, `resource-<name>-v<version>`. */
export const pluginsOfCache = (root: string = cacheRootOf()): string => join(root, "plugins");

/** Where plain `pulumi` has them. */
export const pluginsOfHome = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env.PULUMI_HOME || join(env.HOME || homedir(), ".pulumi"), "plugins");

/**
 * What decides the bytes of a built program: pin, module and every file of its wrapper.
 * A changed wrapper therefore rebuilds, and a new download address does not.
 */
export function keyOf(tool: string, pin: BinaryPin, modulesFolder: string): string {
  const hash = createHash("sha256").update(JSON.stringify([tool, pin.version, pin.module ?? null]));
  if (pin.module) {
    const folder = join(modulesFolder, pin.module.wrapper);
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort()) {
      hash.update(`\0${relative(folder, file)}\0`).update(readFileSync(file));
    }
  }
  return hash.digest("hex").slice(0, 10);
}

/** `<cache>/<tool>/<version>-<key>`: the folder that holds a tool's programs once it is there. */
export function toolFolder(root: string, tool: string, version: string, key: string): string {
  return join(root, tool, `${version}-${key}`);
}

/**
 * A new folder beside `target`, to be renamed onto it when complete.
 * Its name carries host and process, so that leftovers are recognized.
 */
export function makeTemporaryFolder(target: string): string {
  const unique = Math.random().toString(36).slice(2, 8);
  const folder = join(dirname(target), `.tmp-${hostname()}-${process.pid}-${unique}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Removes what earlier runs left beside `target`. Only to be called with the tool's lock held:
 * whoever holds it is the only one with a temporary folder there, so each one found is a leftover.
 */
export function sweepTemporaryFolders(target: string): string[] {
  const parent = dirname(target);
  const swept = readdirSync(parent).filter((name) => name.startsWith(".tmp-"));
  for (const name of swept) rmSync(join(parent, name), { recursive: true, force: true });
  return swept;
}

/** Moves a complete folder into place in one step, replacing what was there. */
export function publishFolder(temporary: string, target: string): void {
  rmSync(target, { recursive: true, force: true });
  renameSync(temporary, target);
}

/** Writes a file so that a reader sees the old or the new content, never half of it. */
export function writeFileAtomically(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = join(
    dirname(path),
    `.${basename(path)}.${process.pid}.${Math.random().toString(36).slice(2, 8)}`,
  );
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
