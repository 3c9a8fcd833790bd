import assert from "node:assert/strict";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, it } from "mocha";
import { lendPlugins, linkPrograms, placePlugins } from "../../../toolchain/environment.ts";
import type { BinaryPin } from "../../../toolchain/pins.ts";
import { openWorld, type World } from "./world.ts";

const PLUGIN = "pulumi-resource-thing";
const pins: Record<string, BinaryPin> = { [PLUGIN]: { version: "4.2.0", group: "engine" } };

describe("the engine's plugins", () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());

  const placed = () => join(world.folder, `.pulumi/plugins/resource-thing-v4.2.0/${PLUGIN}`);
  /** What a wrapper of this key makes. */
  const built = (key: string, cache = "cache") =>
    world.write(`${cache}/${PLUGIN}/4.2.0-${key}/${PLUGIN}`, key, 0o755);
  const place = (path: string) => placePlugins(world.context(pins), new Map([[PLUGIN, path]]));

  it("are linked where the engine looks, and not put on PATH", () => {
    const rest = placePlugins(
      world.context(pins),
      new Map([
        [PLUGIN, built("0123456789")],
        ["other", "/usr/bin/other"],
      ]),
    );
    assert.deepEqual([...rest.keys()], ["other"]);
    assert.equal(readFileSync(placed(), "utf8"), "0123456789");
  });

  it("are those of the present wrapper and cache, also where an earlier one's is there", () => {
    for (const path of [built("0123456789"), built("fedcba9876"), built("fedcba9876", "elsewhere")]) {
      place(path);
      assert.equal(readlinkSync(placed()), path);
      place(path);
      assert.deepEqual(readdirSync(dirname(placed())), [PLUGIN]);
    }
  });

  it("are in the cache for engines with a home of their own, whatever was there", () => {
    const inCache = join(world.folder, `cache/plugins/resource-thing-v4.2.0/${PLUGIN}`);
    world.write(`cache/plugins/resource-thing-v4.2.0/${PLUGIN}`, "something");
    const path = built("0123456789");
    place(path);
    assert.equal(readlinkSync(inCache), path);
  });

  describe("of the person", () => {
    const lend = () =>
      lendPlugins(join(world.folder, ".pulumi/plugins"), join(world.folder, "cache/plugins"));
    const lent = () => readdirSync(join(world.folder, "cache/plugins")).sort();

    it("are lent to engines with a home of their own, as folders, until the person removes them", () => {
      world.write(".pulumi/plugins/resource-theirs-v1.0.0/pulumi-resource-theirs", "theirs", 0o755);
      world.write(".pulumi/plugins/resource-theirs-v1.0.0/node_modules/one", "1");
      world.write(".pulumi/plugins/resource-theirs-v1.0.0.lock", "");
      world.write(".pulumi/plugins/resource-half-v1.0.0/half", "");
      world.write(".pulumi/plugins/resource-half-v1.0.0.partial", "");
      place(built("0123456789"));
      for (let run = 0; run < 2; run++) {
        lend();
        assert.deepEqual(lent(), ["resource-theirs-v1.0.0", "resource-thing-v4.2.0"]);
      }
      const folder = join(world.folder, "cache/plugins/resource-theirs-v1.0.0");
      assert.ok(lstatSync(folder).isDirectory());
      assert.equal(readFileSync(join(folder, "pulumi-resource-theirs"), "utf8"), "theirs");
      assert.equal(readFileSync(join(folder, "node_modules/one"), "utf8"), "1");
      rmSync(join(world.folder, ".pulumi/plugins/resource-theirs-v1.0.0"), { recursive: true });
      lend();
      assert.deepEqual(lent(), ["resource-thing-v4.2.0"]);
    });

    it("may be none", () => {
      lend();
      assert.deepEqual(lent(), []);
    });
  });

  it("replace a link to what a cleaned cache no longer has", () => {
    mkdirSync(dirname(placed()), { recursive: true });
    symlinkSync("/nowhere", placed());
    place(built("0123456789"));
    assert.equal(readFileSync(placed(), "utf8"), "0123456789");
  });

  it("leave alone what somebody else has installed there or linked", () => {
    world.write(`.pulumi/plugins/resource-thing-v4.2.0/${PLUGIN}`, "installed", 0o755);
    place(built("0123456789"));
    assert.equal(readFileSync(placed(), "utf8"), "installed");
    assert.ok(!lstatSync(placed()).isSymbolicLink());
    const other = { version: "5.0.0", group: "engine" } as const;
    const theirs = world.write("work/bin/pulumi-resource-other", "under development", 0o755);
    const link = join(world.folder, ".pulumi/plugins/resource-other-v5.0.0/pulumi-resource-other");
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(theirs, link);
    const programs = new Map([["pulumi-resource-other", built("0123456789")]]);
    placePlugins(world.context({ "pulumi-resource-other": other }), programs);
    assert.equal(readlinkSync(link), theirs);
  });

  it("and links of programs are made by several first runs at once", async () => {
    const path = built("0123456789");
    const source = JSON.stringify(join(import.meta.dirname, "../../../toolchain/environment.ts"));
    // Each round begins for all at the same moment; some of many then are at the same point.
    const file = world.write(
      "run.ts",
      `import { workerData } from "node:worker_threads";
import { linkPrograms, placePlugins } from ${source};
const { folder, path, arrived } = workerData;
const pins = { binaries: ${JSON.stringify(pins)} };
for (let round = 1; round <= 50; round++) {
  Atomics.add(arrived, 0, 1);
  while (Atomics.load(arrived, 0) < 2 * round) {}
  placePlugins({ pins, root: folder + "/cache", plugins: [folder + "/plugins" + round] }, new Map([["${PLUGIN}", path]]));
  linkPrograms(folder + "/cache", new Map([["round" + round, path]]), folder + "/path");
}
`,
    );
    const workerData = { folder: world.folder, path, arrived: new Int32Array(new SharedArrayBuffer(4)) };
    const run = () =>
      new Promise((resolve, reject) => {
        const worker = new Worker(file, { workerData });
        // The other one would wait for it.
        worker.once("error", (error) => {
          Atomics.add(workerData.arrived, 0, 1000);
          reject(error);
        });
        worker.once("exit", resolve);
      });
    const ends = await Promise.allSettled([run(), run()]);
    assert.deepEqual(
      ends.map((end) => (end.status === "fulfilled" ? end.value : end.reason)),
      [0, 0],
    );
    const last = linkPrograms(
      join(world.folder, "cache"),
      new Map([["round1", path]]),
      join(world.folder, "path"),
    );
    assert.ok(existsSync(join(last, "round1")));
    assert.deepEqual(
      readdirSync(join(world.folder, "cache")).filter((name) => name.startsWith(".tmp")),
      [],
    );
  });
});
