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
  /** Official plugins without which the program cannot run. */
  needs: readonly string[];
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
  /** Official plugins without which the program cannot run, by the names in the pins; default none. */
  needs?: readonly string[];
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
    needs: options.needs ?? [],
    memo: openMemo(root),
    progress: options.silent ? silentProgress : (options.progress ?? createProgress({ env })),
    mirror: options.mirror ?? env.PULUMI_AKASH_MIRROR,
    offline: options.offline ?? false,
  };
}

const probeTimeoutMs = 2_500;
/** How long answers are remembered, milliseconds. */
export interface Remembered {
  /** That a host refuses a file; default ten minutes. */
  refusedMs?: number;
  /** That a host gave no answer, which may be over as soon as the line is back; default a minute. */
  silentMs?: number;
}

const rememberYesMs = 10 * 60_000;
const rememberNoMs = 10 * 60_000;
/** Long enough that the programs of one run do not each wait for a host. */
const rememberSilentMs = 60_000;

const running = new Map<string, Promise<number | undefined>>();

/**
 * Whether the host of an official address answers, whatever it says. Asked once per host with a short time-out
 * and remembered, a yes for ten minutes.
 */
export async function isReachable(
  context: Context,
  url: string,
  { silentMs = rememberSilentMs }: Remembered = {},
): Promise<boolean> {
  const { origin } = new URL(url);
  return asked(context, `reachable:${origin}`, `${origin}/`, silentMs, (status) => status !== undefined);
}

/**
 * Whether an official address has its file: a host can answer and refuse it, as proxies do. Remembered like
 * `isReachable`, which is asked first.
 */
export async function isOffered(
  context: Context,
  url: string,
  remembered: Remembered = {},
): Promise<boolean> {
  if (!(await isReachable(context, url, remembered))) return false;
  const { refusedMs = rememberNoMs } = remembered;
  return asked(context, `offered:${url}`, url, refusedMs, (status) => !isRefusal(status));
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
