import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Locks a stack as the engine does when somebody on another machine is at work on it.
 *
 * @returns unlocks it
 */
export async function lockStack(fleetFolder: string, stack: string): Promise<() => Promise<void>> {
  const folder = join(fleetFolder, "state", ".pulumi", "locks", "organization", "pulumi-akash", stack);
  const file = join(folder, `${randomUUID()}.json`);
  await mkdir(folder, { recursive: true });
  const lock = { pid: 1, username: "somebody", hostname: "elsewhere", timestamp: new Date().toISOString() };
  await writeFile(file, JSON.stringify(lock));
  return () => rm(file);
}
