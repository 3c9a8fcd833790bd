import { homedir } from "node:os";
import { resolve } from "node:path";

/** @param path absolute, relative to the working directory, or starting with `~/` */
export function absolutePath(path: string): string {
  return resolve(path.replace(/^~(?=\/|$)/, homedir()));
}
