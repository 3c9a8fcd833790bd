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
import { homedir } from "node:os";
import { delimiter, dirname, join, sep } from "node:path";
import { makeTemporaryFolder } from "./cache.ts";
import { type Context, isReachable } from "./context.ts";
import { toolchainFolder } from "./pins.ts";
import { findOnPath } from "./processes.ts";

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
  try {
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    // Another run made the same one meanwhile.
    if (!existsSync(target)) throw error;
  }
  return target;
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
 * Puts resource plugins where the engine keeps its own, `<PULUMI_HOME>/plugins/resource-<name>-v<version>`: it
 * warns in every run about one that it finds on PATH. The remaining programs are returned, for PATH.
 */
export function placePlugins(
  context: Pick<Context, "pins" | "env">,
  programs: ReadonlyMap<string, string>,
): Map<string, string> {
  const rest = new Map(programs);
  for (const [program, path] of programs) {
    const name = /^pulumi-resource-(.+)$/.exec(program)?.[1];
    const version = context.pins.binaries[program]?.version;
    if (name === undefined || version === undefined) continue;
    const folder = join(pluginFolder(context.env), `resource-${name}-v${version}`);
    rest.delete(program);
    const target = join(folder, program);
    const linked = linkedFrom(target);
    // What is no link was installed there by somebody else, as was what a link of another kind leads to.
    if (linked === path || (existsSync(target) && !isLinkOfOurs(linked, program, version))) continue;
    mkdirSync(folder, { recursive: true });
    replaceLink(path, target);
  }
  return rest;
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
function replaceLink(path: string, link: string): void {
  const beside = `${link}.${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  symlinkSync(path, beside);
  renameSync(beside, link);
}

function pluginFolder(env: NodeJS.ProcessEnv): string {
  return join(env.PULUMI_HOME ?? join(env.HOME ?? homedir(), ".pulumi"), "plugins");
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

const dayMs = 24 * 60 * 60_000;

/**
 * Whether every official plugin is installed or can be downloaded. Searching for one that cannot
 * costs 2.5 s in each engine run, so a "no" is remembered for a day.
 */
export async function arePluginsToBeHad(context: Context): Promise<boolean> {
  const { env } = context;
  const folder = pluginFolder(env);
  for (const [name, pin] of Object.entries(context.pins.plugins)) {
    const installed =
      existsSync(join(folder, `resource-${name}-v${pin.version}`)) ||
      findOnPath(`pulumi-resource-${name}`, env).length > 0;
    if (!installed && pin.url && !(await isReachable(context, pin.url, dayMs))) return false;
  }
  return true;
}
