import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "mocha";
import { requireServices } from "../../../commands/context.ts";
import type { Stack } from "../../../commands/stack.ts";
import { Daemon } from "../../../embedded/daemon.ts";
import { expandTools, loadPins } from "../../../toolchain/pins.ts";
import { runCommand } from "../toolchain/programs.ts";
import { openWorld } from "../toolchain/world.ts";

describe("a command that looks at the embedded site's services", () => {
  const idle = { name: "akash", command: "/bin/sleep", args: ["60"] };

  it("says that they have stopped, as after a crash, and what starts them again", async function () {
    this.timeout(60_000);
    const world = await openWorld();
    const folder = join(world.folder, "embedded");
    const daemons = [new Daemon(join(folder, "chain"), "akash"), new Daemon(join(folder, "cluster"), "etcd")];
    const dev = { name: "dev", embedded: true } as Stack;
    try {
      world.write("embedded/services.json", "{}");
      // Described, as a test's own services are, and none of ours.
      await requireServices(dev, folder);
      for (const daemon of daemons) await daemon.start({ ...idle, name: daemon.name });
      await requireServices(dev, folder);
      for (const daemon of daemons) process.kill(pidOf(daemon), "SIGKILL");
      while (daemons.some(({ alive }) => alive)) await sleep(10);
      for (const command of ["drift", "preview", "doctor", "status"]) {
        const { code, stderr } = await runCommand(world, join(world.folder, "cache"), command);
        assert.deepEqual(
          [code, stderr],
          [
            1,
            "error: The embedded site of stack dev has stopped: akash, etcd no longer run. `./up` starts it again, with all that it had.\n",
          ],
        );
      }
      await requireServices({ ...dev, embedded: false }, folder);
    } finally {
      for (const daemon of daemons) await daemon.stop(0);
      await world.close();
    }
  });
});

function pidOf(daemon: Daemon): number {
  const { pid } = daemon.status();
  assert.ok(pid, `${daemon.name} does not run`);
  return pid;
}

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
