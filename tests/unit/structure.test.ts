import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, it } from "mocha";

const ROOT = join(import.meta.dirname, "..", "..");
const LONGEST = 300;

/** Folders below components/, each of which may import from those after it and never from those before. */
const ORDER = [
  ["site"],
  ["nodes"],
  ["ingress"],
  ["akash", "gpu", "dns", "storage"],
  ["k3s"],
  ["hosts"],
  ["charts"],
  ["chain"],
  ["wallet"],
  ["versions"],
  ["cluster"],
  ["dynamic"],
];

/** Made by a program, or a text of others. */
const NOT_WRITTEN =
  /^(package-lock\.json|components\/site\/site\.schema\.json|toolchain\/pins\.json|LICENSE)$|\.(svg|sum)$/;

/** All files of the project, those not committed yet among them, and none that a test or a build left. */
function trackedFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], { cwd: ROOT });
  // Git still lists a file that was just deleted.
  return listed
    .toString()
    .split("\0")
    .filter((file) => file !== "" && existsSync(join(ROOT, file)));
}

const sources = globSync(
  "{index.ts,components/**/*.ts,commands/**/*.ts,policies/**/*.ts,doctor/**/*.ts,embedded/**/*.ts,fleet/**/*.ts,toolchain/**/*.ts}",
  {
    cwd: ROOT,
  },
).filter((file) => !file.startsWith("toolchain/modules/"));

/** What a file loads when it is loaded: static imports and re-exports, not those of types alone. */
function loadedBy(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  const statement = /^(?:import|export)\s+(?!type\b)(?:[^;'"]*?\sfrom\s+)?["']([^"']+)["']/gm;
  return [...text.matchAll(statement)].map(([, specifier = ""]) =>
    specifier.startsWith(".") ? relative(ROOT, join(ROOT, dirname(file), specifier)) : specifier,
  );
}

/** The first chain of imports that leads to a package of the engine's, if there is one. */
function pathToEngine(file: string, seen = new Set<string>()): string[] | undefined {
  if (file.startsWith("@pulumi/")) return [file];
  if (seen.has(file) || !existsSync(join(ROOT, file)) || !file.endsWith(".ts")) return undefined;
  seen.add(file);
  for (const next of loadedBy(file)) {
    const found = pathToEngine(next, seen);
    if (found !== undefined) return [file, ...found];
  }
  return undefined;
}

describe("the structure", () => {
  it(`has no file of more than ${LONGEST} lines`, () => {
    const files = trackedFiles().filter((file) => !NOT_WRITTEN.test(file));
    assert.ok(
      files.some((file) => file.startsWith("tests/")) && files.includes("README.md"),
      "files are missing",
    );
    const long = files.filter(
      (file) => readFileSync(join(ROOT, file), "utf8").split("\n").length > LONGEST + 1,
    );
    assert.deepEqual(long, []);
  });

  it("keeps the engine's library out of implementations and commands, which it would slow down", () => {
    const pure = sources.filter(
      (file) => /^components\/.*Provider\.ts$/.test(file) && !/\/[A-Z]\w*\.ts$/.test(file),
    );
    assert.ok(pure.length > 5, "the implementations are not where this test looks for them");
    for (const file of [
      ...pure,
      "commands/main.ts",
      "commands/up.ts",
      "commands/drift.ts",
      "commands/doctor.ts",
      "commands/status.ts",
      "embedded/index.ts",
    ]) {
      assert.equal(pathToEngine(file)?.join(" → "), undefined);
    }
  });

  it("takes Kubernetes resources one by one: the door of their package loads all of them", () => {
    const whole = sources.filter((file) => loadedBy(file).includes("@pulumi/kubernetes"));
    assert.deepEqual(whole, []);
  });

  it("takes colours from one place, which knows the stream that they are for", () => {
    const users = sources.filter((file) => loadedBy(file).includes("picocolors"));
    assert.deepEqual(users, ["doctor/colours.ts"]);
  });

  it("imports one way", () => {
    const rank = new Map(
      ORDER.flatMap((folders, index) => folders.map((folder) => [folder, index] as const)),
    );
    const backwards: string[] = [];
    for (const file of sources.filter((name) => name.startsWith("components/"))) {
      const from = rank.get(file.split("/")[1] ?? "");
      for (const to of loadedBy(file)) {
        const target = to.startsWith("components/") ? rank.get(to.split("/")[1] ?? "") : undefined;
        if (/^(commands|policies|doctor|embedded|fleet|tests)\//.test(to)) backwards.push(`${file} → ${to}`);
        if (from !== undefined && target !== undefined && target < from) backwards.push(`${file} → ${to}`);
      }
    }
    assert.deepEqual(backwards, []);
  });

  it("knows every folder of components", () => {
    const folders = new Set(sources.flatMap((file) => /^components\/([^/]+)\//.exec(file)?.[1] ?? []));
    assert.deepEqual([...folders].sort(), ORDER.flat().sort());
  });
});
