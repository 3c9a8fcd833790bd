import { join } from "node:path";
import { cacheRootOf, pluginsOfCache, pluginsOfHome } from "./cache.ts";
import { statusOf } from "./download.ts";
import { type Memo, openMemo } from "./memo.ts";
import { loadPins, type Pins, type Platform, platformOf, toolchainFolder } from "./pins.ts";
import { createProgress, type Progress, silentProgress } from "./progress.ts";

/** What every step of one `ensureToolchain` run shares. */
export interface Context {
  pins: Pins;
  platform: Platform;
  /** The cache folder. */
  root: string;
  /** `toolchain/modules`. */
  modulesFolder: string;
  env: NodeJS.ProcessEnv;
  /** Folders in which engines look for plugins. */
  plugins: readonly string[];
  memo: Memo;
  progress: Progress;
  /** Folder with release files, tried before official addresses. */
  mirror: string | undefined;
  /** No network at all. */
  offline: boolean;
}

export interface ContextOptions {
  /** Where steps are told; default stderr. */
  progress?: Progress;
  /** Says nothing at all; default false. */
  silent?: boolean;
  /** Uses no network; default false. */
  offline?: boolean;
  /** Folder with release files, tried before official addresses; default PULUMI_AKASH_MIRROR. */
  mirror?: string;
  /**
   * Leaves the home folder of plain `pulumi` as it is: plugins are for an engine that is given those of the cache as
   * its own. Default false.
   */
  ownPlugins?: boolean;
  /** Environment to look into and to build on; default this process's. */
  env?: NodeJS.ProcessEnv;
}

/** The context of a run on this machine, with its pins and its cache folder. Throws ToolchainError. */
export function contextOf(options: ContextOptions = {}): Context {
  const env = options.env ?? process.env;
  const root = cacheRootOf(env);
  return {
    pins: loadPins(),
    platform: platformOf(),
    root,
    modulesFolder: join(toolchainFolder, "modules"),
    env,
    plugins: [pluginsOfCache(root), ...(options.ownPlugins ? [] : [pluginsOfHome(env)])],
    memo: openMemo(root),
    progress: options.silent ? silentProgress : (options.progress ?? createProgress({ env })),
    mirror: options.mirror ?? env.PULUMI_AKASH_MIRROR,
    offline: options.offline ?? false,
  };
}

const probeTimeoutMs = 2_500;
const rememberYesMs = 10 * 60_000;
/** How long a machine that cannot reach a host is not made to try again, milliseconds. */
const rememberNoMs = 10 * 60_000;

const running = new Map<string, Promise<number | undefined>>();

/**
 * Whether the host of an official address answers, whatever it says. Asked once per host with a short time-out
 * and remembered: yes for ten minutes, no for `noMs` (default as long).
 */
export async function isReachable(context: Context, url: string, noMs = rememberNoMs): Promise<boolean> {
  const { origin } = new URL(url);
  return asked(context, `reachable:${origin}`, `${origin}/`, noMs, (status) => status !== undefined);
}

/**
 * Whether an official address has its file: a host can answer and refuse it, as proxies do. Remembered like
 * `isReachable`, which is asked first.
 */
export async function isOffered(context: Context, url: string, noMs = rememberNoMs): Promise<boolean> {
  if (!(await isReachable(context, url, noMs))) return false;
  return asked(context, `offered:${url}`, url, noMs, (status) => !isRefusal(status));
}

/** Statuses that say nothing about the file: this way of asking is not wanted, or not now. */
const UNDECIDED = [405, 408, 429];

const isRefusal = (status = 0): boolean => status >= 400 && status < 500 && !UNDECIDED.includes(status);

async function asked(
  context: Context,
  key: string,
  url: string,
  noMs: number,
  judge: (status: number | undefined) => boolean,
): Promise<boolean> {
  if (context.offline) return false;
  const known = context.memo.get(key, noMs);
  if (known === "no") return false;
  if (known === "yes" && context.memo.get(key, rememberYesMs)) return true;
  const probe = running.get(url) ?? statusOf(url, probeTimeoutMs);
  running.set(url, probe);
  const result = judge(await probe);
  running.delete(url);
  context.memo.set(key, result ? "yes" : "no");
  return result;
}

/** Path of the lock that guards installing `name`. */
export function lockOf(context: Context, name: string): string {
  return join(context.root, "locks", `${name}.lock`);
}
