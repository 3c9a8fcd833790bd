import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeTemporaryFolder, publishFolder, sweepTemporaryFolders } from "./cache.ts";
import { type Context, lockOf } from "./context.ts";
import { explainDiskError } from "./errors.ts";
import { withLock } from "./lock.ts";
import type { Step } from "./progress.ts";
import { onStop } from "./signals.ts";

/** Where the content of a cache folder came from; kept beside it as `origin.json`. */
export interface Origin {
  kind: "release" | "mirror" | "module" | "package";
  from: string;
}

/**
 * Fills `target` once, whoever else tries at the same time: under a lock, in a temporary folder
 * beside it, moved into place when complete. What an interrupted run left is removed first.
 */
export async function installOnce(
  context: Context,
  name: string,
  target: string,
  step: Step,
  fill: (temporary: string) => Promise<Origin>,
): Promise<void> {
  let temporary: string | undefined;
  const remove = () => {
    if (temporary) rmSync(temporary, { recursive: true, force: true });
  };
  try {
    mkdirSync(dirname(target), { recursive: true });
    const onWait = (holder?: { pid: number }) => {
      step.note(`waiting for another run${holder ? ` (process ${holder.pid})` : ""} that installs it`);
    };
    await withLock(lockOf(context, name), { onWait }, async () => {
      if (existsSync(target)) return;
      sweepTemporaryFolders(target);
      temporary = makeTemporaryFolder(target);
      const forget = onStop(remove);
      try {
        const origin = await fill(temporary);
        const record = { ...origin, at: new Date().toISOString() };
        writeFileSync(join(temporary, "origin.json"), `${JSON.stringify(record)}\n`);
        publishFolder(temporary, target);
      } finally {
        forget();
      }
    });
  } catch (error) {
    remove();
    throw explainDiskError(error, context.root);
  }
}
