import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "mocha";
import { type Checkout, openCheckout } from "./checkout.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** What people and continuous integration start. */
const ENTRIES = ["up", "test", ".ci/run"];

describe("what a person starts", () => {
  let checkout: Checkout;
  before(async () => {
    checkout = await openCheckout();
    checkout.havePackages();
    for (const entry of ENTRIES) cpSync(join(ROOT, entry), join(checkout.world.folder, "repo", entry));
    // The very files are started, so run.sh is, too, by its first line.
    checkout.world.write(
      "path/node",
      `#!/bin/sh
case $2 in
  process.versions.node) echo 22.99.0 ;;
  process.execPath) echo "$0" ;;
  *) pwd -P >"$HOME/ran-in"; printf '%s\\n' "$@"; exit 7 ;;
esac
`,
      0o755,
    );
  });
  after(() => checkout?.close());

  const started = (entry: string, ...args: string[]) => {
    const repo = join(checkout.world.folder, "repo");
    const { status, stdout, stderr } = spawnSync(join(repo, entry), args, {
      encoding: "utf8",
      env: checkout.env,
      // From anywhere.
      cwd: checkout.world.folder,
    });
    assert.equal(stderr, "");
    return { status, words: stdout.trimEnd().replaceAll(`${repo}/`, "").split("\n") };
  };
  const main = ["--import", "toolchain/lean/types.js", "commands/main.ts"];

  it("is executable, also in a clone", () => {
    const listed = execFileSync("git", ["ls-files", "-s", ...ENTRIES, "toolchain/run.sh"], { cwd: ROOT });
    assert.deepEqual(
      listed
        .toString()
        .trim()
        .split("\n")
        .map((line) => line.slice(0, 6)),
      Array(4).fill("100755"),
    );
  });

  it("runs a command in the checkout, where the engine takes relative paths of a declaration from", () => {
    for (const [entry, ...args] of [["up"], ["toolchain/run.sh", "drift"]] as const) {
      started(entry, ...args);
      const ranIn = readFileSync(join(checkout.world.folder, "ran-in"), "utf8").trimEnd();
      assert.equal(ranIn, realpathSync(join(checkout.world.folder, "repo")));
    }
  });

  it("hands on its arguments and its exit code", () => {
    assert.deepEqual(started("up", "--yes", "two words"), {
      status: 7,
      words: [...main, "up", "--yes", "two words"],
    });
    assert.deepEqual(started("test", "unit", "a b.test.ts"), {
      status: 7,
      words: ["tests/run.ts", "unit", "a b.test.ts"],
    });
    assert.deepEqual(started(".ci/run"), { status: 7, words: ["tests/run.ts"] });
    assert.deepEqual(started("toolchain/run.sh", "bench"), { status: 7, words: ["tests/bench/run.ts"] });
    assert.deepEqual(started("toolchain/run.sh", "drift", "--json"), {
      status: 7,
      words: [...main, "drift", "--json"],
    });
  });
});

describe("a clone", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-akash-clone-"));
  const clone = join(folder, "repo");
  before(() => {
    execFileSync("git", ["clone", "--quiet", ROOT, clone], { stdio: "pipe" });
    const packages = join(ROOT, "node_modules");
    mkdirSync(join(clone, "node_modules"));
    for (const name of readdirSync(packages).filter((one) => !/^(pulumi-akash$|\.)/.test(one))) {
      symlinkSync(join(packages, name), join(clone, "node_modules", name));
    }
    symlinkSync("..", join(clone, "node_modules", "pulumi-akash"));
    // Stands for a complete installation.
    writeFileSync(join(clone, "node_modules", ".package-lock.json"), "{}");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const started = (...args: string[]) =>
    spawnSync(join(clone, args[0] ?? ""), args.slice(1), {
      encoding: "utf8",
      env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: folder },
    });

  it("has every file that another one imports", () => {
    const missing = globSync("**/*.ts", { cwd: clone, exclude: ["node_modules"] }).flatMap((file) => {
      const text = readFileSync(join(clone, file), "utf8");
      return (
        [...text.matchAll(/^(?:(?:import|export|\}).* from |.*\bawait import\()"(\.[^"]+)"\)?/gm)]
          .map(([, path = ""]) => path)
          // Programs that tests write are run in the folder of the checkout.
          .filter((path) => ![dirname(file), "."].some((from) => existsSync(join(clone, from, path))))
          .map((path) => `${file} imports ${path}`)
      );
    });
    assert.deepEqual(missing, []);
  });

  it("runs: up explains itself, and every script of the package is a command", () => {
    const help = started("up", "--help");
    assert.equal(help.status, 0, help.stderr);
    assert.match(help.stdout, /^Usage: .*up \[options\]/);
    const all = started("toolchain/run.sh", "--help");
    assert.equal(all.status, 0, all.stderr);
    const { scripts } = JSON.parse(readFileSync(join(clone, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const entries = Object.entries(scripts).filter(([, script]) => script.startsWith("toolchain/run.sh"));
    const usage = started("toolchain/run.sh").stderr.match(/^usage: toolchain\/run\.sh (\S+)/)?.[1];
    assert.deepEqual(
      usage?.split("|"),
      entries.map(([name]) => name),
    );
    // What developers run is started by the shell itself.
    const shell = readFileSync(join(clone, "toolchain/run.sh"), "utf8");
    const developers = [...shell.matchAll(/^ +(\w+)\) exec node/gm)].map(([, name]) => name);
    for (const [name, script] of entries) {
      assert.equal(script, `toolchain/run.sh ${name}`);
      if (!developers.includes(name)) assert.match(all.stdout, new RegExp(`^ +${name}\\b`, "m"));
    }
  });
});
