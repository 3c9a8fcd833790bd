import { join, relative } from "node:path";
import ts from "typescript";
import { PackError } from "./errors.ts";
import { type Files, reachableDeclarations } from "./imports.ts";

/**
 * Compiles what `roots` reach into JavaScript, because type stripping does not reach into node_modules.
 * Declarations are kept as far as the first root, the library's door, reaches: the other roots are for the
 * engine, which loads them by name. Modules that are JavaScript already come along, with the compiled names in
 * what they import.
 *
 * @param repo absolute path of the folder with tsconfig.json
 * @param roots modules, relative to `repo`
 * @returns the files by path relative to `repo`, which their place in the package repeats
 * @throws PackError with the compiler's messages
 */
export function compile(repo: string, roots: readonly [string, ...string[]]): Files {
  const program = ts.createProgram({
    rootNames: roots.map((path) => join(repo, path)),
    options: compilerOptions(repo),
  });
  const files = new Map<string, string>();
  const { diagnostics } = program.emit(undefined, (path, text) =>
    files.set(relative(outputOf(repo), path), text),
  );
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (problems.length > 0) {
    throw new PackError(`The library does not compile.\n${ts.formatDiagnostics(problems, hostOf(repo))}`);
  }
  const declared = reachableDeclarations(files, roots[0]);
  return new Map([...files].filter(([path]) => !/\.d\.[cm]?ts$/.test(path) || declared.has(path)));
}

/** Where the compiler would write: beside the sources, modules that are JavaScript already would write themselves. */
const outputOf = (repo: string) => join(repo, "compiled");

/** The repository's own options, but for what makes it emit. */
function compilerOptions(repo: string): ts.CompilerOptions {
  const { config, error } = ts.readConfigFile(join(repo, "tsconfig.json"), ts.sys.readFile);
  if (error) throw new PackError(ts.formatDiagnostics([error], hostOf(repo)));
  const { incremental, tsBuildInfoFile, ...options } = ts.convertCompilerOptionsFromJson(
    config.compilerOptions,
    repo,
  ).options;
  return {
    ...options,
    noEmit: false,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    rootDir: repo,
    outDir: outputOf(repo),
    types: ["node"],
  };
}

function hostOf(repo: string): ts.FormatDiagnosticsHost {
  return {
    getCurrentDirectory: () => repo,
    getCanonicalFileName: (path) => path,
    getNewLine: () => "\n",
  };
}
