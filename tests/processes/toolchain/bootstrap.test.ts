import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { identify } from "../../../embedded/processes.ts";
import { type Checkout, fakeNode, haveNode, openCheckout } from "./checkout.ts";

describe("run.sh", () => {
  let checkout: Checkout;
  beforeEach(async () => {
    checkout = await openCheckout();
    checkout.world.write("path/node", fakeNode(), 0o755);
  });
  afterEach(() => checkout.close());
  const locks = () => readdirSync(join(checkout.cache, "locks"));

  it("installs once, passes arguments on unchanged and is silent when nothing is to be done", () => {
    haveNode(checkout);
    checkout.npm("mkdir -p node_modules");
    const first = checkout.run("up", "--yes", "two words");
    assert.equal(first.stdout, '["up","--yes","two words"]\n', first.stderr);
    assert.match(first.stderr, /npm packages: installing …\nnpm packages: installing: done \(\d+ s\)/);
    const second = checkout.run("up");
    assert.deepEqual([second.stdout, second.stderr], ['["up"]\n', ""]);
    assert.deepEqual(checkout.calls(), ["ci --no-audit --no-fund --loglevel=error"]);
    assert.deepEqual(locks(), []);
  });

  it("shows why an installation failed, and tries again the next time", () => {
    checkout.npm('case "$1" in ci) echo "npm error code EUSAGE"; exit 1;; esac; echo ENOSPC >&2; exit 1');
    const result = checkout.run("up");
    assert.equal(result.status, 1);
    assert.match(result.stderr, /error: The disk is full/);
    assert.deepEqual(
      checkout.calls().map((line) => line.split(" ")[0]),
      ["ci", "install"],
    );
    assert.deepEqual(locks(), []);
  });

  it("counts packages as installed no longer once it changes them, also back on the commit before", () => {
    const { world } = checkout;
    checkout.npm("mkdir -p node_modules; echo {} >node_modules/.package-lock.json");
    assert.equal(checkout.run("up").status, 0);
    world.write("repo/package-lock.json", '{"other":"commit"}');
    checkout.npm("echo 'npm error code EUSAGE'; exit 1");
    assert.equal(checkout.run("up").status, 1);
    utimesSync(world.write("repo/package-lock.json", "{}"), new Date(0), new Date(0));
    checkout.npm(":");
    assert.equal(checkout.run("up").status, 0);
    assert.deepEqual(
      checkout.calls().map((line) => line.split(" ")[0]),
      ["ci", "ci", "install", "ci"],
    );
  });

  it("says how it is used", () => {
    const result = checkout.run();
    assert.equal(result.status, 2);
    assert.match(result.stderr, /^usage: toolchain\/run\.sh/);
  });

  describe("meets the lock of another run, and", () => {
    /** The lock's folder, as a run that is killed at once leaves it. */
    const lockFolder = () => {
      checkout.npm("kill -9 $(cut -d ' ' -f 1 $HOME/.cache/pulumi-akash/locks/*/pid); kill -9 $PPID");
      assert.equal(checkout.run("up").status, null);
      checkout.npm("mkdir -p node_modules");
      const [name = ""] = locks();
      return join(checkout.cache, "locks", name);
    };

    it("takes it over when its holder is dead", () => {
      lockFolder();
      const { stdout, stderr } = checkout.run("up", "--yes");
      assert.match(stdout, /up --yes$/m);
      assert.doesNotMatch(stderr, /waiting/);
      assert.deepEqual(locks(), []);
    });

    it("takes it over when another process has its holder's id by now", () => {
      writeFileSync(join(lockFolder(), "pid"), `${process.pid} 0cf1b9a2-an-earlier-boot/77\n`);
      assert.doesNotMatch(checkout.run("up").stderr, /waiting/);
      assert.deepEqual(locks(), []);
    });

    it("takes it over when its holder was killed before it could say who it is", () => {
      const folder = lockFolder();
      rmSync(join(folder, "pid"));
      const before = new Date(Date.now() - 130_000);
      utimesSync(folder, before, before);
      assert.doesNotMatch(checkout.run("up").stderr, /waiting/);
      assert.deepEqual(locks(), []);
    });

    for (const [holder, content] of [
      ["lives", `${process.pid} ${identify(process.pid)?.identity}\n`],
      ["lives and is of a version that wrote its id alone", `${process.pid}\n`],
      ["is just about to say who it is", ""],
    ] as const) {
      it(`waits while its holder ${holder}`, async () => {
        const folder = lockFolder();
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
        writeFileSync(join(folder, "pid"), content);
        const child = spawn("sh", [checkout.script, "up"], { env: checkout.env });
        const ended = new Promise((resolve) => child.on("close", resolve));
        let stderr = "";
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
          stderr += text;
          if (/waiting for another run/.test(text)) rmSync(folder, { recursive: true });
        });
        assert.equal(await ended, 0, stderr);
        assert.match(stderr, /waiting for another run that installs the npm packages.*\n.*installing/);
      });
    }
  });
});
