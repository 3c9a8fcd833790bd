import { readFileSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { identify } from "../embedded/index.ts";
import type { Progress } from "../toolchain/index.ts";
import { type Stack, StackError } from "./stack.ts";

/** Content of a lock file of the engine (`pkg/backend/diy/lock.go`). */
interface Lock {
  readonly pid: number;
  readonly hostname: string;
}

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
  const state = stateFolder(env);
  if (state === undefined) return;
  const folder = join(state, LOCKS, stack.name);
  const locks = await readLocks(folder);
  // Who lives on another machine cannot be seen: the engine then names the holder and stops.
  if (locks.length === 0 || locks.some((lock) => lock.hostname !== hostname())) return;
  const holder = locks.find(({ pid }) => identify(pid) !== undefined);
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

/** Folder of a file backend's state; undefined for other backends. */
function stateFolder(env: NodeJS.ProcessEnv): string | undefined {
  const url = backendOf(env);
  if (!url?.startsWith("file://")) return undefined;
  const path = url.slice("file://".length);
  return path.startsWith("~") ? join(homedir(), path.slice(1)) : fileURLToPath(new URL(url));
}

/** Address of the engine's backend: what the environment names, else where the person is logged in. */
export function backendOf(env: NodeJS.ProcessEnv): string | undefined {
  return env["PULUMI_BACKEND_URL"] ?? loggedInBackend(env);
}

function loggedInBackend(env: NodeJS.ProcessEnv): string | undefined {
  const home = env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  try {
    return (JSON.parse(readFileSync(join(home, "credentials.json"), "utf8")) as { current?: string }).current;
  } catch {
    return undefined;
  }
}
