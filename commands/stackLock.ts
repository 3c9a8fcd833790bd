import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { identify, startOf } from "../embedded/index.ts";
import type { Progress } from "../toolchain/index.ts";
import { backendFolder, backendOf } from "./backend.ts";
import { type Stack, StackError } from "./stack.ts";

/** Content of a lock file of the engine (`pkg/backend/diy/lock.go`). */
interface Lock {
  readonly pid: number;
  readonly hostname: string;
  /** When it was made. */
  readonly timestamp?: string;
}

const ENGINE = "pulumi";

/** The project, in the file backend's only organization, as in the paths of its locks. */
const LOCKS = join(".pulumi", "locks", "organization", "pulumi-akash");

/**
 * Takes away the locks of runs that were killed on this machine, as `pulumi cancel` would, also where the run did
 * not get as far as making the stack. State in a file backend only: other backends know who is alive.
 *
 * @throws StackError when a run on this machine is at work on the stack
 */
export async function freeStack(
  { stack, env }: { readonly stack: Pick<Stack, "name">; readonly env: NodeJS.ProcessEnv },
  progress: Pick<Progress, "line">,
): Promise<void> {
  const state = backendFolder(backendOf(env) ?? "");
  if (state === undefined) return;
  const folder = join(state, LOCKS, stack.name);
  const locks = await readLocks(folder);
  // Who lives on another machine cannot be seen: the engine then names the holder and stops.
  if (locks.length === 0 || locks.some((lock) => lock.hostname !== hostname())) return;
  const holder = locks.find(isHeld);
  if (holder) {
    throw new StackError(
      `Another run, process ${holder.pid}, is at work on stack ${stack.name}. Wait for it to end, or stop it, and run again.`,
    );
  }
  // The backend keeps attributes beside each file.
  const files = locks.flatMap(({ file }) => [file, `${file}.attrs`]);
  await Promise.all(files.map((file) => rm(file, { force: true })));
  progress.line(
    `An earlier run on ${stack.name} was killed. Its lock is taken away, and this run goes on from there.`,
  );
}

/** What the engine's clock and the system's may differ by, milliseconds. */
const TOLERANCE = 2_000;

/**
 * Whether the process that made a lock is still there. After a power cut, or in a container that was started again,
 * another one often has its id: one that runs something else and began after the lock was made. What began later by
 * the present clock alone may still be it, because clocks are set while machines start.
 */
function isHeld({ pid, timestamp }: Lock): boolean {
  if (identify(pid) === undefined) return false;
  const start = startOf(pid);
  if (start === undefined || start.program === ENGINE || timestamp === undefined) return true;
  return !(start.at > Date.parse(timestamp) + TOLERANCE);
}

async function readLocks(folder: string): Promise<(Lock & { readonly file: string })[]> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".json"));
    const files = names.map((name) => join(folder, name));
    return await Promise.all(
      files.map(async (file) => ({ ...(JSON.parse(await readFile(file, "utf8")) as Lock), file })),
    );
  } catch {
    // None, or one that is just being made or removed, which the engine sees to.
    return [];
  }
}
