import { createHash } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { delimiter, dirname, join, sep } from "node:path";
import { makeTemporaryFolder } from "./cache.ts";
import type { Context } from "./context.ts";
import { toolchainFolder } from "./pins.ts";

/** Folder of the cache with what Node has compiled (`NODE_COMPILE_CACHE`). */
export const COMPILED = "node-compiled";

/** Built from its module it needs a script before it; that of an official release does not. */
const languageHost = "pulumi-language-nodejs";

/**
 * One folder of links to exactly these programs and our scripts, for PATH: `<cache>/bin-<hash>`.
 * Its name follows from its content, so it never changes under a running process.
 */
export function linkPrograms(
  root: string,
  programs: ReadonlyMap<string, string>,
  scripts: string = join(toolchainFolder, "bin"),
): string {
  const all = new Map(readdirSync(scripts).map((name) => [name, join(scripts, name)]));
  for (const [name, path] of programs) all.set(name, path);
  const host = programs.get(languageHost);
  if (host?.startsWith(join(root, languageHost) + sep)) {
    all.set(`${languageHost}-built`, host);
    all.set(languageHost, join(toolchainFolder, "host", languageHost));
  }
  const entries = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash("sha256").update(JSON.stringify(entries)).digest("hex").slice(0, 10);
  const target = join(root, `bin-${hash}`);
  if (existsSync(target)) {
    const now = new Date();
    utimesSync(target, now, now);
    return target;
  }
  removeUnused(root);
  const temporary = makeTemporaryFolder(target);
  for (const [name, path] of entries) linkProgram(root, path, join(temporary, name));
  moveIntoPlace(temporary, target);
  return target;
}

/** Publishes a folder that no other one replaces, unless another run made the same one meanwhile. */
function moveIntoPlace(temporary: string, target: string): void {
  try {
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

const unusedMs = 30 * 24 * 60 * 60_000;

/**
 * Removes what no run has asked for in a month: folders of links, of which each checkout and version has its own, and
 * compiled code, which is made again where it is still used.
 */
function removeUnused(root: string): void {
  const folders = readdirSync(root).filter((entry) => /^bin-[0-9a-f]{10}$/.test(entry));
  const compiled = join(root, COMPILED);
  const code = existsSync(compiled) ? readdirSync(compiled, { recursive: true, withFileTypes: true }) : [];
  const files = code.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  for (const path of [...folders.map((name) => join(root, name)), ...files]) {
    try {
      if (Date.now() - statSync(path).mtimeMs > unusedMs) rmSync(path, { recursive: true });
    } catch {
      // Another run removes it too.
    }
  }
}

/**
 * Programs of the cache are linked hard where that works: the engine looks for its language host
 * beside its own file, and warns about one it has to find on PATH.
 */
function linkProgram(root: string, path: string, link: string): void {
  if (path.startsWith(root + sep)) {
    try {
      linkSync(path, link);
      return;
    } catch {}
  }
  symlinkSync(path, link);
}

/**
 * Puts resource plugins where engines keep their own, `<folder>/resource-<name>-v<version>`: the engine warns in every
 * run about one that it finds on PATH. The remaining programs are returned, for PATH.
 */
export function placePlugins(
  { pins, root, plugins }: Pick<Context, "pins" | "root" | "plugins">,
  programs: ReadonlyMap<string, string>,
): Map<string, string> {
  const rest = new Map(programs);
  for (const [program, path] of programs) {
    const name = /^pulumi-resource-(.+)$/.exec(program)?.[1];
    const version = pins.binaries[program]?.version;
    if (name === undefined || version === undefined) continue;
    rest.delete(program);
    for (const folder of plugins) {
      const target = join(folder, `resource-${name}-v${version}`, program);
      const linked = linkedFrom(target);
      if (linked === path) continue;
      // Outside of the cache, what is no link was installed by somebody else, as was what another link leads to.
      const foreign = !folder.startsWith(root + sep) && !isLinkOfOurs(linked, program, version);
      if (foreign && existsSync(target)) continue;
      mkdirSync(dirname(target), { recursive: true });
      replaceLink(path, target);
    }
  }
  return rest;
}

/**
 * Has the plugins of the person in our folder, too, for an engine with a home of its own: folders of links to their
 * files, since the engine takes no link for a folder. Those of plugins that the person has removed go.
 */
export function lendPlugins(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of pluginsIn(to)) {
    const gone = (file: string) => {
      const linked = linkedFrom(join(to, name, file));
      return linked !== undefined && dirname(linked) === join(from, name) && !existsSync(linked);
    };
    if (readdirSync(join(to, name)).some(gone)) rmSync(join(to, name), { recursive: true, force: true });
  }
  for (const name of pluginsIn(from)) {
    const target = join(to, name);
    if (existsSync(target)) continue;
    const temporary = makeTemporaryFolder(target);
    for (const file of readdirSync(join(from, name)))
      symlinkSync(join(from, name, file), join(temporary, file));
    moveIntoPlace(temporary, target);
  }
}

/** Plugins that are there; the engine marks one that it has not unpacked whole. */
function pluginsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter(
    (name) =>
      /^resource-.+-v[^/]+$/.test(name) &&
      !/\.(partial|lock)$/.test(name) &&
      !existsSync(join(folder, `${name}.partial`)),
  );
}

/** Where a symbolic link leads; undefined for what is none. */
function linkedFrom(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Whether it leads to what a toolchain put in its cache, be it another cache or what an earlier wrapper made. */
function isLinkOfOurs(linked: string | undefined, program: string, version: string): boolean {
  const [name, folder, tool] = linked?.split(sep).reverse() ?? [];
  return name === program && tool === program && folder?.replace(/-[0-9a-f]{10}$/, "") === version;
}

/** Makes a symbolic link, in one step also where another run makes it at the same time. */
export function replaceLink(path: string, link: string): void {
  const beside = `${link}.${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  symlinkSync(path, beside);
  renameSync(beside, link);
}

/**
 * The environment in which the toolchain's programs run: PATH with the linked programs
 * and this Node first; no update checks; no search for plugins that cannot be had; a place where
 * Node keeps compiled code, which saves a third of the start of each of the engine's Node processes.
 */
export function composeEnvironment(
  env: NodeJS.ProcessEnv,
  binFolder: string,
  pluginsToBeHad: boolean,
  compiled: string,
  node: string = process.execPath,
): NodeJS.ProcessEnv {
  const first = [binFolder, dirname(node)];
  const rest = (env.PATH ?? "").split(delimiter).filter((folder) => folder && !first.includes(folder));
  const result: NodeJS.ProcessEnv = {
    ...env,
    PATH: [...first, ...rest].join(delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE ?? compiled,
  };
  if (!pluginsToBeHad) result.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION ??= "true";
  return result;
}
