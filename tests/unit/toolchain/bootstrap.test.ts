import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { toolchainFolder } from "../../../toolchain/pins.ts";
import { openWorld, type World } from "./world.ts";

describe("run.sh", () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
    mkdirSync(join(world.folder, "repo/toolchain"), { recursive: true });
    for (const name of ["run.sh", "bootstrap.sh", "pins.json", "lean"]) {
      cpSync(join(toolchainFolder, name), join(world.folder, "repo/toolchain", name), { recursive: true });
    }
    world.write("repo/package-lock.json", "{}");
    world.write("repo/package.json", '{"type":"module"}');
    world.write("repo/commands/main.ts", "console.log(JSON.stringify(process.argv.slice(2)));");
    // A Node of its own, so that no npm lies beside it.
    const node = join(world.folder, "path/node");
    try {
      linkSync(process.execPath, node);
    } catch {
      cpSync(process.execPath, node);
    }
  });
  afterEach(() => world.close());

  /** An npm that notes its arguments and does what `then` says. */
  const npm = (then: string) =>
    world.write("path/npm", `#!/bin/sh\necho "$*" >>${join(world.folder, "calls")}\n${then}\n`, 0o755);
  const calls = () => {
    const file = join(world.folder, "calls");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  };
  const run = (...args: string[]) => {
    const env = { PATH: `${join(world.folder, "path")}:/usr/bin:/bin`, HOME: world.folder };
    const file = join(world.folder, "repo/toolchain/run.sh");
    return spawnSync("sh", [file, ...args], { encoding: "utf8", env });
  };

  it("installs once, passes arguments on unchanged and is silent when nothing is to be done", () => {
    npm("mkdir -p node_modules");
    const first = run("up", "--yes", "two words");
    assert.equal(first.stdout, '["up","--yes","two words"]\n', first.stderr);
    assert.match(first.stderr, /npm packages: installing …\nnpm packages: installing: done \(\d+ s\)/);
    const second = run("up");
    assert.deepEqual([second.stdout, second.stderr], ['["up"]\n', ""]);
    assert.deepEqual(calls(), ["ci --no-audit --no-fund --loglevel=error"]);
    assert.deepEqual(readdirSync(join(world.folder, ".cache/pulumi-akash/locks")), []);
  });

  it("shows why an installation failed, and tries again the next time", () => {
    npm('case "$1" in ci) echo "npm error code EUSAGE"; exit 1;; esac; echo ENOSPC >&2; exit 1');
    const result = run("up");
    assert.equal(result.status, 1);
    assert.match(result.stderr, /error: The disk is full/);
    assert.deepEqual(
      calls().map((line) => line.split(" ")[0]),
      ["ci", "install"],
    );
    assert.deepEqual(readdirSync(join(world.folder, ".cache/pulumi-akash/locks")), []);
  });

  it("says how it is used", () => {
    const result = run();
    assert.equal(result.status, 2);
    assert.match(result.stderr, /^usage: toolchain\/run\.sh/);
  });
});
