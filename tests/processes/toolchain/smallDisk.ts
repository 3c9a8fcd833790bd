import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A disk of its own, so small that it can really be full. */
export interface SmallDisk {
  /** Leaves nothing free. */
  fill(): void;
  /** Makes it large enough for anything that a test does. */
  grow(): void;
  remove(): void;
}

/** Mounts 64 KiB of memory at a new folder; undefined, with a line that says so, where that is not allowed. */
export function mountSmallDisk(folder: string): SmallDisk | undefined {
  mkdirSync(folder);
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).status !== 0) {
    console.log("      skipped: mounting a small disk needs root");
    return undefined;
  }
  return {
    fill() {
      try {
        writeFileSync(join(folder, "ballast"), Buffer.alloc(1_000_000));
      } catch {
        // As meant: what fitted is there.
      }
    },
    grow: () => void spawnSync("mount", ["-o", "remount,size=256m", folder]),
    remove: () => void spawnSync("umount", [folder]),
  };
}
