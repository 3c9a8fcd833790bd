import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { absolutePath } from "../../components/cluster/paths.ts";
import { PROJECT } from "../stack.ts";

/**
 * What is wrong with the path of a file for a wallet's words; undefined when it is right. It is never quoted: it may be
 * the words themselves.
 *
 * @param checkout folder of the stack files; neither it nor the git work tree around it may hold the words
 */
export function wordsFileComplaint(path: string, checkout: string = PROJECT): string | undefined {
  if (!/^(\/|~\/)./.test(path)) {
    return "The path is neither absolute nor one that starts with ~/. Write it as ~/garage.words.";
  }
  const file = settled(absolutePath(path));
  const inside = [checkout, workTreeOf(checkout)].some((folder) => holds(settled(folder), file));
  return inside
    ? "The file lies inside this checkout, where `git add` would publish the words. Choose one outside, such as ~/garage.words."
    : undefined;
}

const holds = (folder: string, path: string): boolean => relative(folder, path).split(sep)[0] !== "..";

/** The nearest folder, upwards, that git keeps; the folder itself where none does. */
function workTreeOf(folder: string): string {
  for (let above = folder; ; above = dirname(above)) {
    if (existsSync(join(above, ".git"))) return above;
    if (above === dirname(above)) return folder;
  }
}

/** A path without the links in it, as far as it exists. */
function settled(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  return path === dirname(path) ? path : join(settled(dirname(path)), basename(path));
}
