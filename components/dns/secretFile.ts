import { readFileSync, statSync } from "node:fs";
import { absolutePath } from "../cluster/paths.ts";
import { SecretFileExposed } from "./errors.ts";

/**
 * The content of a file with a secret for DNS, which only its owner may read.
 *
 * @param path absolute, relative to the working directory, or starting with `~/`
 * @param missing makes the error for a file that cannot be read
 * @throws SecretFileExposed
 */
export function readSecretFile(path: string, missing: (path: string) => Error): string {
  const file = absolutePath(path);
  let mode: number;
  let content: string;
  try {
    mode = statSync(file).mode;
    content = readFileSync(file, "utf8");
  } catch {
    throw missing(file);
  }
  if ((mode & 0o077) !== 0) throw new SecretFileExposed(file);
  return content.trim();
}
