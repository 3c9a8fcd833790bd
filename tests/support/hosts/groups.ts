import { existsSync, globSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Where a machine's control groups are: version 2, or 1 with systemd's own beside it. */
const roots = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"];
const patienceMs = 20_000;

/** Kills what still runs in the control groups of this name, waits for its end and removes them. */
export async function removeControlGroups(name: string): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (const top of roots.map((root) => join(root, name))) {
    while (existsSync(top)) {
      const groups = groupsIn(top);
      const pids = groups.flatMap(members);
      if (Date.now() > deadline) throw new Error(`Processes ${pids.join(", ")} of ${name} do not end.`);
      for (const pid of pids) kill(pid);
      // The inner ones first; one that a process is just leaving cannot go yet.
      if (pids.length > 0 || !groups.reverse().every(removed)) await sleep(20);
    }
  }
}

function removed(group: string): boolean {
  try {
    rmdirSync(group);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return true;
    if (code === "EBUSY") return false;
    throw error;
  }
}

function groupsIn(top: string): string[] {
  return [
    top,
    ...globSync("**/", { cwd: top })
      .sort()
      .map((path) => join(top, path)),
  ].filter((path, index, all) => all.indexOf(path) === index);
}

function members(group: string): number[] {
  try {
    return readFileSync(join(group, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
