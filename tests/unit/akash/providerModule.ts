import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROVIDER_VERSION } from "../../../components/akash/versions.ts";

/** Source of the provider release that is pinned, as its Go module. */
export interface ProviderModule {
  /** Text of one file. */
  read(path: string): string;
  /** Paths of all Go files below a folder, tests excepted. */
  files(folder: string): readonly string[];
  /** All string literals in the Go files below a folder, tests excepted. */
  literals(folder: string): readonly string[];
}

let found: ProviderModule | undefined | null;

/** The module from Go's cache or proxy; undefined, with a line that says so, where neither can be had. */
export function providerModule(): ProviderModule | undefined {
  if (found === undefined) {
    const root = download();
    if (root === undefined)
      console.log(`    skipped: provider module ${PROVIDER_VERSION} needs Go and its proxy`);
    found = root === undefined ? null : moduleAt(root);
  }
  return found ?? undefined;
}

function download(): string | undefined {
  const module = `github.com/akash-network/provider@v${PROVIDER_VERSION}`;
  try {
    const answer = execFileSync("go", ["mod", "download", "-json", module], {
      cwd: tmpdir(),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return (JSON.parse(answer) as { readonly Dir: string }).Dir;
  } catch {
    return undefined;
  }
}

function moduleAt(root: string): ProviderModule {
  const read = (path: string): string => readFileSync(join(root, path), "utf8");
  const files = (folder: string): readonly string[] =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".go") && !file.endsWith("_test.go"))
      .map((file) => `${folder}/${file}`);
  const literals = (folder: string): readonly string[] =>
    files(folder).flatMap((file) => [...read(file).matchAll(/"([^"\n]+)"/g)].map((match) => match[1] ?? ""));
  return { read, files, literals };
}
