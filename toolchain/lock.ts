import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "./alive.ts";
import { onStop } from "./signals.ts";

/** Who holds a lock file. */
export interface LockHolder {
  pid: number;
  host: string;
}

export interface LockOptions {
  /** Called once when somebody else holds the lock. */
  onWait?: (holder: LockHolder | undefined) => void;
  /** Time between two attempts, milliseconds; default 200. */
  pollMs?: number;
  /** A lock whose holder gave no sign for this long is broken, milliseconds; default 60 000. */
  staleMs?: number;
}

/**
 * Runs `body` while holding the lock file `path`, which works across processes.
 * The holder touches the file while it lives; a lock left by a dead process is taken over.
 */
export async function withLock<T>(path: string, options: LockOptions, body: () => Promise<T>): Promise<T> {
  const { pollMs = 200, staleMs = 60_000, onWait } = options;
  mkdirSync(dirname(path), { recursive: true });
  const mine = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    id: Math.random().toString(36).slice(2),
  });
  let announced = false;
  while (!tryCreate(path, mine)) {
    const content = readIfThere(path);
    if (content === undefined) continue;
    if (isStale(path, content, staleMs)) {
      breakLock(path, content);
      continue;
    }
    if (!announced) {
      announced = true;
      onWait?.(parseHolder(content));
    }
    await sleep(pollMs);
  }
  const heartbeat = setInterval(() => touch(path), Math.max(50, staleMs / 6));
  heartbeat.unref();
  const release = () => {
    if (readIfThere(path) === mine) rmSync(path, { force: true });
  };
  process.once("exit", release);
  const forget = onStop(release);
  try {
    return await body();
  } finally {
    clearInterval(heartbeat);
    process.removeListener("exit", release);
    forget();
    release();
  }
}

function tryCreate(path: string, content: string): boolean {
  let file: number;
  try {
    file = openSync(path, "wx", 0o644);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  try {
    writeSync(file, content);
  } catch (error) {
    // A full disk must not leave an empty lock that others wait for.
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  return true;
}

function isStale(path: string, content: string, staleMs: number): boolean {
  const holder = parseHolder(content);
  if (holder && holder.host === hostname() && !isAlive(holder.pid)) return true;
  try {
    return Date.now() - statSync(path).mtimeMs > staleMs;
  } catch {
    return false;
  }
}

/** Takes a stale lock away; if another process was faster and it is a live one by now, puts it back. */
function breakLock(path: string, judged: string): void {
  const aside = `${path}.stale-${process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readIfThere(aside) !== judged) {
    try {
      linkSync(aside, path);
    } catch {}
  }
  rmSync(aside, { force: true });
}

function parseHolder(content: string): LockHolder | undefined {
  try {
    return JSON.parse(content) as LockHolder;
  } catch {
    return undefined;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {}
}
