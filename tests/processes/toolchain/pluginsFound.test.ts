import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { type Context, isReachable } from "../../../toolchain/context.ts";
import { ensureWith } from "../../../toolchain/ensure.ts";
import { openMemo } from "../../../toolchain/memo.ts";
import { findPlugins } from "../../../toolchain/plugins.ts";
import { openWorld, type World } from "./world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("official plugins that are not installed", () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());

  const searches = async (context: Context) => (await findPlugins(context)).search;
  const FILE = "/pulumi-resource-other-v1.0.0-linux-amd64.tar.gz";

  /** A context at some time, with what was remembered earlier; its plugin is at this world's host, or at one that is down. */
  function contextAt(now: number, needs: readonly string[], up = true): Context {
    const context = world.context({}, { needs, memo: openMemo(join(world.folder, "memo"), () => now) });
    const url = up ? `${world.origin}/` : "http://127.0.0.1:9/";
    context.pins.plugins = { other: { version: "1.0.0", url } };
    return context;
  }

  it("searches for official plugins only where they can be had", async () => {
    const context = world.context({});
    context.pins.plugins = { command: { version: "1.2.1", url: "http://127.0.0.1:9/" } };
    assert.equal(await searches(context), false);
    mkdirSync(join(world.folder, ".pulumi/plugins/resource-command-v1.2.1"), { recursive: true });
    assert.equal(await searches(context), true);
    context.pins.plugins = { other: { version: "1.0.0", url: `${world.origin}/` } };
    world.routes.set("/pulumi-resource-other-v1.0.0-linux-amd64.tar.gz", "the plugin");
    assert.equal(await searches(context), true);
  });

  it("does not search for plugins where a host answers and refuses them, which it asks once", async () => {
    const context = world.context({});
    const file = "/pulumi-resource-other-v1.0.0-linux-amd64.tar.gz";
    context.pins.plugins = { other: { version: "1.0.0", url: `${world.origin}/` } };
    const answers = (status: number) =>
      world.routes.set(file, (response) => void response.writeHead(status).end());
    // A host that is busy, or does not like the question, has not said no.
    for (const [status, had] of [
      [503, true],
      [405, true],
      [302, true],
      [403, false],
    ] as const) {
      answers(status);
      const memo = openMemo(join(world.folder, String(status)));
      for (let run = 0; run < 2; run++) assert.equal(await searches({ ...context, memo }), had);
      answers(200);
      assert.equal(await searches({ ...context, memo }), had);
    }
  });

  it("are asked for again a minute after their host was silent, where a site needs them", async () => {
    const start = 1_000_000;
    contextAt(start, []).memo.set(`reachable:${world.origin}`, "no");
    world.routes.set(FILE, "the plugin");
    const search = (later: number, needs: readonly string[]) => findPlugins(contextAt(start + later, needs));
    assert.deepEqual(await search(MINUTE, ["other"]), { search: false, lacking: ["other"] });
    // Nothing is made with it: no run of a machine without internet is to wait for it.
    assert.deepEqual(await search(20 * HOUR, []), { search: false, lacking: [] });
    assert.deepEqual(await search(MINUTE + 1, ["other"]), { search: true, lacking: [] });
  });

  it("are asked for again a day after they were refused", async () => {
    const start = 1_000_000;
    world.routes.set(FILE, (response) => void response.writeHead(403).end());
    const search = (later: number) => findPlugins(contextAt(start + later, ["other"]));
    assert.equal((await search(0)).search, false);
    world.routes.set(FILE, "the plugin");
    assert.equal((await search(23 * HOUR)).search, false);
    assert.equal((await search(25 * HOUR)).search, true);
  });

  it("end a run that needs them in words that say where they come from and go to", async () => {
    const toolchainOf = (context: Context) => ensureWith(context, []);
    const needing = await toolchainOf(contextAt(0, ["other"], false));
    assert.throws(() => needing.requirePlugins(), {
      name: "ToolchainError",
      code: "unavailable",
      message: `The engine's plugin \`other\`, which this site needs, is not installed, and http://127.0.0.1:9${FILE} cannot be had. Check the network and run the command again in a minute, or unpack that file, from a machine that gets it, in ${world.folder}/.pulumi/plugins/resource-other-v1.0.0.`,
    });
    (await toolchainOf(contextAt(0, [], false))).requirePlugins();
    const told = contextAt(0, ["other"], false);
    told.env = { ...told.env, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "false" };
    (await toolchainOf(told)).requirePlugins();
    // In the home folder also for an engine of its own, which is lent what is there.
    mkdirSync(join(world.folder, ".pulumi/plugins/resource-other-v1.0.0"), { recursive: true });
    const own = { ...contextAt(0, ["other"], false), plugins: [join(world.folder, "cache/plugins")] };
    (await toolchainOf(own)).requirePlugins();
  });

  it("share their host's silence with programs, which are not built for it a minute later", async () => {
    const start = 1_000_000;
    contextAt(start, []).memo.set(`reachable:${world.origin}`, "no");
    const reachable = (later: number) => isReachable(contextAt(start + later, []), `${world.origin}/tool`);
    assert.deepEqual([await reachable(MINUTE), await reachable(MINUTE + 1)], [false, true]);
  });
});
