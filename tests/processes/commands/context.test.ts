import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { expandTools, loadPins } from "../../../toolchain/pins.ts";
import { runCommand } from "../toolchain/programs.ts";
import { openWorld } from "../toolchain/world.ts";

describe("a command whose result is all there is to say", () => {
  it("builds nothing for an embedded site that does not run", async function () {
    this.timeout(60_000);
    const world = await openWorld();
    try {
      const { code, stderr } = await runCommand(world, join(world.folder, "cache"), "outputs");
      assert.deepEqual(
        [code, stderr],
        [1, "error: The embedded site of stack dev is not running. `./up` starts it.\n"],
      );
    } finally {
      await world.close();
    }
  });

  it("tells of each program that it has to build first, and of nothing when they are there", async function () {
    this.timeout(60_000);
    const world = await openWorld();
    try {
      const cache = join(world.folder, "cache");
      const first = await runCommand(world, cache, "env");
      assert.equal(first.code, 0, first.stderr);
      const told = first.stderr.split("\n").flatMap((line) => /^([\w-]+) \S+ …$/.exec(line)?.[1] ?? []);
      // What this machine has in exactly the pinned version on PATH is not built; the plugin is never taken from there.
      assert.ok(told.includes("pulumi-resource-kubernetes"), first.stderr);
      const wanted = new Set(expandTools(loadPins(), ["engine", "embedded"]));
      assert.deepEqual(
        told.filter((tool) => !wanted.has(tool)),
        [],
      );
      assert.ok(!existsSync(join(world.folder, ".pulumi")), "something was put into the home folder");
      const second = await runCommand(world, cache, "env");
      assert.deepEqual([second.code, second.stderr, second.stdout], [0, "", first.stdout]);
    } finally {
      await world.close();
    }
  });
});
