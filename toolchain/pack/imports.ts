import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";

/** Compiled files by path relative to the package. */
export type Files = ReadonlyMap<string, string>;

/** What a module or declaration imports, statically, dynamically or as a type; specifiers as written. */
export function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** Path of a module's declarations; in declarations imports end as they do in the source. */
export function declarationOf(module: string): string {
  return module.replace(/\.(?:ts|js)$/, ".d.ts");
}

/** The declarations that `door` reaches, itself included. */
export function reachableDeclarations(files: Files, door: string): Set<string> {
  const reached = new Set<string>();
  const open = [declarationOf(door)];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const text = files.get(path);
    if (text === undefined || reached.has(path)) continue;
    reached.add(path);
    const folder = dirname(path);
    for (const name of importsOf(text)) {
      if (name.startsWith(".")) open.push(declarationOf(join(folder, name)));
    }
  }
  return reached;
}

/** The npm packages that files with this ending import, each with the files that do. */
export function packagesOf(files: Files, ending: ".js" | ".d.ts"): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const [path, text] of files) {
    if (!path.endsWith(ending)) continue;
    for (const name of importsOf(text)) {
      if (name.startsWith(".") || isBuiltin(name)) continue;
      const [scopeOrName = "", rest] = name.split("/");
      const owner = scopeOrName.startsWith("@") ? `${scopeOrName}/${rest}` : scopeOrName;
      users.set(owner, [...(users.get(owner) ?? []), path]);
    }
  }
  return users;
}
