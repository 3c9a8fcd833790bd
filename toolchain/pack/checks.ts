import { PackError } from "./errors.ts";
import { type Files, packagesOf } from "./imports.ts";

/**
 * Packages whose types may show in the library's own. Each of them is part of what programs are written
 * against; others stay replaceable, above all the chain's SDK, which is a pre-release, and cosmjs with it.
 */
const publicTypes = ["@pulumi/pulumi", "@pulumi/kubernetes", "zod"];

/** @throws PackError when a declaration names another package's types */
export function refuseForeignTypes(files: Files): void {
  for (const [name, [user]] of packagesOf(files, ".d.ts")) {
    if (publicTypes.includes(name)) continue;
    throw new PackError(`${user} shows types of ${name} to programs. Declare a type of our own for them.`);
  }
}

/**
 * A module that reads a file which the package lacks would fail only where the package is installed.
 *
 * @param known modules whose files are packed
 * @throws PackError when another module locates files beside it
 */
export function refuseUnknownReaders(files: Files, known: readonly string[]): void {
  for (const [path, text] of files) {
    if (!path.endsWith(".js") || !text.includes("import.meta") || known.includes(path)) continue;
    throw new PackError(`${path} locates files beside it. Name them in \`dataOf\` in toolchain/pack.ts.`);
  }
}
