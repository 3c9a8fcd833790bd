/**
 * Packs the library for npm: `pulumi-akash-<version>.tgz` in the folder named as argument, default the
 * repository. Programs find the same doors in it as in the repository, compiled, and the engine the policy pack.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { refuseForeignTypes, refuseUnknownReaders } from "./pack/checks.ts";
import { compile } from "./pack/compile.ts";
import { PackError } from "./pack/errors.ts";
import { packagesOf } from "./pack/imports.ts";
import { type Manifest, publishedManifest } from "./pack/manifest.ts";

const repo = resolve(import.meta.dirname, "..");
const door = "components/index.ts";

/** The policy pack as the engine starts it: as a program, and as a folder by way of its language host. */
const policyPack = ["policies/pack.ts", "policies/main.cjs"];

/** What compiled modules read beside themselves. */
const dataOf: Readonly<Record<string, readonly string[]>> = {
  "components/hosts/script.js": globSync("components/**/scripts/*.sh", { cwd: repo }),
  "components/k3s/nodeFiles.js": ["components/k3s/scripts/k3s-snapshot.sh"],
  "components/versions/sets.js": ["components/versions/sets.json"],
  // It looks for packages only, from where it is.
  "policies/lightSdk.js": [],
  "policies/pack.js": ["policies/package.json", "policies/PulumiPolicy.yaml"],
  "toolchain/pins.js": ["toolchain/pins.json"],
};

/** For people and their editors. */
const extras = ["README.md", "LICENSE", "components/site/site.schema.json"];

try {
  pack(resolve(process.argv[2] ?? repo));
} catch (error) {
  if (!(error instanceof PackError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function pack(destination: string): void {
  const files = compile(repo, [door, ...implementations(), ...policyPack]);
  refuseForeignTypes(files);
  refuseUnknownReaders(files, Object.keys(dataOf));
  const imported = new Set([...packagesOf(files, ".js").keys(), ...packagesOf(files, ".d.ts").keys()]);
  const manifest = publishedManifest(
    JSON.parse(readFileSync(join(repo, "package.json"), "utf8")) as Manifest,
    imported,
  );
  const staging = mkdtempSync(join(tmpdir(), "pulumi-akash-pack-"));
  try {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(staging, path)), { recursive: true });
      writeFileSync(join(staging, path), text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
    }
    const present = extras.filter((path) => existsSync(join(repo, path)));
    for (const path of [...Object.values(dataOf).flat(), ...present])
      cpSync(join(repo, path), join(staging, path));
    writeFileSync(join(staging, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
    npmPack(staging, destination);
  } finally {
    rmSync(staging, { recursive: true });
  }
}

/** The modules that dynamic resources name: the engine loads them, no import leads to them. */
function implementations(): string[] {
  return globSync("components/**/*Provider.ts", { cwd: repo }).filter((path) =>
    /^export function handler\b/m.test(readFileSync(join(repo, path), "utf8")),
  );
}

function npmPack(folder: string, destination: string): void {
  const { error, status } = spawnSync(
    "npm",
    ["pack", "--loglevel=error", "--pack-destination", destination],
    {
      cwd: folder,
      stdio: "inherit",
    },
  );
  if (error)
    throw new PackError(`npm could not be run: ${error.message}. It comes with Node; put it on PATH.`);
  if (status !== 0) throw new PackError("`npm pack` failed for the reason above.");
}
