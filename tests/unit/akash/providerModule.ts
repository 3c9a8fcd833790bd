import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROVIDER_VERSION } from "../../../components/akash/versions.ts";
import { contextOf } from "../../../toolchain/context.ts";
import { findGo } from "../../../toolchain/go.ts";
import { fetchGoModule } from "../../../toolchain/goModule.ts";

/** Source of the provider release that is pinned, as its Go module. */
export interface ProviderModule {
  /** Text of one file. */
  read(path: string): string;
  /** Paths of all Go files below a folder, tests excepted. */
  files(folder: string): readonly string[];
  /** All string literals in the Go files below a folder, tests excepted. */
  literals(folder: string): readonly string[];
}

let found: Promise<ProviderModule | undefined> | undefined;

/**
 * The module from Go's cache or proxy, by way of the toolchain's Go; undefined, with a line that says so, where neither
 * can be had. Go itself is not obtained here: the test command does that.
 */
export function providerModule(): Promise<ProviderModule | undefined> {
  found ??= download().then(moduleAt, (error: Error) => {
    console.log(`    skipped: provider module ${PROVIDER_VERSION} could not be had: ${error.message}`);
    return undefined;
  });
  return found;
}

async function download(): Promise<string> {
  const context = contextOf({ silent: true });
  if ((await findGo(context)) === undefined) throw new Error("there is no Go");
  return fetchGoModule(`github.com/akash-network/provider@v${PROVIDER_VERSION}`, { context });
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
