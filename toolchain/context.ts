import { join } from "node:path";
import { answers } from "./download.ts";
import type { Memo } from "./memo.ts";
import type { Pins, Platform } from "./pins.ts";
import type { Progress } from "./progress.ts";

/** What every step of one `ensureToolchain` run shares. */
export interface Context {
  pins: Pins;
  platform: Platform;
  /** The cache folder. */
  root: string;
  /** `toolchain/modules`. */
  modulesFolder: string;
  env: NodeJS.ProcessEnv;
  memo: Memo;
  progress: Progress;
  /** Folder with release files, tried before official addresses. */
  mirror: string | undefined;
  /** No network at all. */
  offline: boolean;
}

const probeTimeoutMs = 2_500;
const rememberYesMs = 10 * 60_000;
/** How long a machine that cannot reach a host is not made to try again, milliseconds. */
const rememberNoMs = 10 * 60_000;

const running = new Map<string, Promise<boolean>>();

/**
 * Whether the host of an official address answers. Asked once per host with a short time-out
 * and remembered: yes for ten minutes, no for `noMs` (default as long).
 */
export async function isReachable(context: Context, url: string, noMs = rememberNoMs): Promise<boolean> {
  if (context.offline) return false;
  const { origin } = new URL(url);
  const key = `reachable:${origin}`;
  const known = context.memo.get(key, noMs);
  if (known === "no") return false;
  if (known === "yes" && context.memo.get(key, rememberYesMs)) return true;
  const probe = running.get(origin) ?? answers(`${origin}/`, probeTimeoutMs);
  running.set(origin, probe);
  const result = await probe;
  running.delete(origin);
  context.memo.set(key, result ? "yes" : "no");
  return result;
}

/** Path of the lock that guards installing `name`. */
export function lockOf(context: Context, name: string): string {
  return join(context.root, "locks", `${name}.lock`);
}
