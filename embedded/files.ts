import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { ToolName } from "../toolchain/index.ts";
import type { StartOptions } from "./types.ts";

/** Writes a file whole or not at all, and leaves it alone when it already holds this content. */
export function replaceFile(path: string, content: string, mode = 0o644): void {
  if (readIfThere(path) === content) return;
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.new`;
  writeFileSync(fresh, content, { mode });
  renameSync(fresh, path);
}

export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Path of a program itself: the toolchain may name a link that is another one at the next run. */
export function programPath(toolchain: StartOptions["toolchain"], tool: ToolName): string {
  return realpathSync(toolchain.path(tool));
}
