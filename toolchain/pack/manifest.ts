import { PackError } from "./errors.ts";

/** package.json of the repository: the fields that packing reads; all others are passed on. */
export interface Manifest {
  readonly exports: { readonly ".": string; readonly [door: string]: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Fields that concern the repository only; `private` is there to keep it from being published uncompiled. */
const repositoryFields = ["private", "workspaces", "scripts", "devDependencies"];

/**
 * The SDK keeps a program's run in module state, so program and library have to share one copy: it is the
 * program's.
 */
const sharedWithProgram = "@pulumi/pulumi";

/**
 * package.json of the published package: the same doors lead to compiled files, and only what these import
 * is installed with it.
 *
 * @param manifest the repository's
 * @param imported packages that the compiled files import
 * @throws PackError naming an import that package.json does not declare
 */
export function publishedManifest(manifest: Manifest, imported: ReadonlySet<string>): object {
  const undeclared = [...imported].filter((name) => manifest.dependencies[name] === undefined);
  if (undeclared.length > 0) {
    throw new PackError(
      `The library imports ${undeclared.join(", ")}, which package.json does not list under \`dependencies\`. Add them there.`,
    );
  }
  const { exports, dependencies } = manifest;
  const kept = Object.entries(manifest).filter(([field]) => !repositoryFields.includes(field));
  const needed = Object.entries(dependencies).filter(([name]) => imported.has(name));
  const types = exports["."].replace(/\.ts$/, ".d.ts");
  const compiled = Object.entries(exports).map(([door, path]) => [door, path.replace(/\.ts$/, ".js")]);
  const { ".": entry, ...others } = Object.fromEntries(compiled);
  return {
    ...Object.fromEntries(kept),
    main: entry,
    types,
    exports: { ".": { types, default: entry }, ...others },
    dependencies: Object.fromEntries(needed.filter(([name]) => name !== sharedWithProgram)),
    peerDependencies: { [sharedWithProgram]: `^${dependencies[sharedWithProgram]}` },
  };
}
