import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { explainDiskError, type ToolchainError } from "../../../toolchain/errors.ts";
import { installOnce } from "../../../toolchain/install.ts";
import { silentProgress } from "../../../toolchain/progress.ts";
import { fakeNode, openCheckout } from "./checkout.ts";
import { runCommand } from "./programs.ts";
import { mountSmallDisk, type SmallDisk } from "./smallDisk.ts";
import { openWorld, type World } from "./world.ts";

describe("a full disk", () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());
  const step = silentProgress.start("");

  it("is named, and nothing is left half-installed", async () => {
    const context = world.context({});
    const target = join(context.root, "tool", "1");
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    const fill = (folder: string) => {
      writeFileSync(join(folder, "half"), "x");
      return Promise.reject(full);
    };
    await assert.rejects(installOnce(context, "tool", target, step, fill), (error: ToolchainError) => {
      assert.equal(error.code, "disk-full");
      assert.match(error.message, new RegExp(`${context.root} is full.*PULUMI_AKASH_CACHE`));
      return true;
    });
    assert.deepEqual(readdirSync(join(context.root, "tool")), []);
    const unwritable = Object.assign(new Error("EACCES"), { code: "EACCES" });
    assert.equal((explainDiskError(unwritable, "/c") as ToolchainError).code, "cache-unwritable");
    const other = new Error("other");
    assert.equal(explainDiskError(other, "/c"), other);
  });

  describe("that really is one", () => {
    let cache: string;
    let disk: SmallDisk;
    beforeEach(function () {
      cache = join(world.folder, "disk");
      const mounted = mountSmallDisk(cache);
      if (mounted === undefined) this.skip();
      disk = mounted;
    });
    afterEach(() => disk?.remove());

    it("leaves nothing of an installation, which the next run makes when there is room", async () => {
      const context = world.context({}, { root: cache });
      const fill = async (folder: string) => {
        writeFileSync(join(folder, "big"), Buffer.alloc(1_000_000));
        return { kind: "release", from: "" } as const;
      };
      const target = join(cache, "tool", "1");
      await assert.rejects(installOnce(context, "tool", target, step, fill), /is full/);
      assert.deepEqual(readdirSync(join(cache, "tool")), []);
      assert.deepEqual(readdirSync(join(cache, "locks")), []);
      disk.grow();
      await installOnce(context, "tool", target, step, fill);
      assert.deepEqual(readdirSync(target).sort(), ["big", "origin.json"]);
      assert.equal(readFileSync(join(target, "big")).length, 1_000_000);
    });

    it("ends `up` with a sentence, and the next command goes on when there is room", async function () {
      this.timeout(60_000);
      const { code, stdout, stderr } = await runCommand(world, cache, "up");
      assert.equal(code, 1);
      assert.equal(stdout, "");
      const sentence = `error: The disk that holds the cache folder ${cache} is full; nothing was half-installed.`;
      assert.ok(stderr.includes(sentence), stderr);
      assert.doesNotMatch(stderr, /^\s+at /m);
      const left = readdirSync(cache, { recursive: true, encoding: "utf8" });
      assert.deepEqual(
        left.filter((path) => /\.tmp-|\.lock$/.test(path)),
        [],
      );
      disk.grow();
      const next = await runCommand(world, cache, "env");
      assert.equal(next.code, 0, next.stderr);
      assert.match(next.stdout, /^export PATH=/m);
    });

    it("ends what comes before Node with a sentence, too, and the next run goes on when there is room", async () => {
      const checkout = await openCheckout();
      try {
        checkout.world.write("path/node", fakeNode(), 0o755);
        checkout.npm("mkdir -p node_modules");
        checkout.env.PULUMI_AKASH_CACHE = cache;
        disk.fill();
        const { status, stdout, stderr } = checkout.run("up");
        assert.deepEqual([status, stdout], [1, ""]);
        assert.match(
          stderr,
          new RegExp(`^error: The cache folder ${cache} cannot be written, or its disk is full`, "m"),
        );
        assert.deepEqual(existsSync(join(cache, "locks")) ? readdirSync(join(cache, "locks")) : [], []);
        disk.grow();
        assert.match(checkout.run("up").stdout, /up$/m);
      } finally {
        await checkout.close();
      }
    });
  });
});
