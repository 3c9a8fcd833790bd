import assert from "node:assert/strict";
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { cacheRootOf } from "../../../toolchain/cache.ts";
import { findChecksum } from "../../../toolchain/checksums.ts";
import { composeEnvironment, linkPrograms } from "../../../toolchain/environment.ts";
import { withLock } from "../../../toolchain/lock.ts";
import { openMemo } from "../../../toolchain/memo.ts";
import { findOnPath } from "../../../toolchain/processes.ts";
import { createProgress, formatElapsed } from "../../../toolchain/progress.ts";
import { compareVersions, namesVersion } from "../../../toolchain/versions.ts";
import { unzip } from "../../../toolchain/zip.ts";
import { openWorld, type World } from "./world.ts";

const hash = "a".repeat(64);

describe("toolchain parts", () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());

  it("reads the checksum files publishers write", () => {
    assert.equal(findChecksum(`${hash}  tool\n`, "tool"), hash);
    assert.equal(findChecksum(`${hash} *tool`, "tool"), hash);
    assert.equal(findChecksum(`${hash}  ./tool`, "tool"), hash);
    assert.equal(findChecksum(`SHA256 (tool) = ${hash.toUpperCase()}`, "tool"), hash);
    assert.equal(findChecksum(`${hash}\n`, "tool"), hash);
    assert.equal(findChecksum(`${hash}  tool.sig\n${hash}  other`, "tool"), undefined);
    assert.equal(findChecksum("<html>", "tool"), undefined);
  });

  it("compares versions by number and recognizes exactly one", () => {
    assert.equal(compareVersions("go1.26.8", "1.26.0"), 1);
    assert.equal(compareVersions("1.9.0", "1.10.0"), -1);
    assert.equal(compareVersions("v22.18", "22.18.0"), 0);
    for (const output of [
      "1.2.3",
      "v1.2.3\n",
      "tool version 1.2.3, built",
      "kwok version v1.2.3 go1.26 (linux)",
    ]) {
      assert.ok(namesVersion(output, "1.2.3"), output);
    }
    for (const output of ["11.2.3", "1.2.30", "1.2.3-dev", "1.2.3+dirty", "1x2.3", ""]) {
      assert.ok(!namesVersion(output, "1.2.3"), output);
    }
  });

  it("finds the cache folder as documented", () => {
    assert.equal(cacheRootOf({ PULUMI_AKASH_CACHE: "/a", XDG_CACHE_HOME: "/b", HOME: "/c" }), "/a");
    assert.equal(cacheRootOf({ XDG_CACHE_HOME: "/b", HOME: "/c" }), "/b/pulumi-akash");
    assert.equal(cacheRootOf({ HOME: "/c" }), "/c/.cache/pulumi-akash");
  });

  it("finds programs on PATH, but not npm's and not our own", () => {
    const good = world.write("path/tool", "x", 0o755);
    world.write("node_modules/.bin/tool", "x", 0o755);
    world.write("cache/tool", "x", 0o755);
    world.write("plain/tool", "x", 0o644);
    const folders = ["node_modules/.bin", "cache", "plain", "missing", "path", "path"];
    const env = { PATH: folders.map((name) => join(world.folder, name)).join(":") };
    assert.deepEqual(findOnPath("tool", env, [join(world.folder, "cache")]), [good]);
  });

  it("remembers findings for as long as asked, and survives a damaged file", () => {
    let now = 1000;
    const root = join(world.folder, "memo");
    openMemo(root, () => now).set("a", "1");
    now = 1500;
    assert.equal(openMemo(root, () => now).get("a", 500), "1");
    assert.equal(openMemo(root, () => now).get("a", 499), undefined);
    now = 500;
    assert.equal(openMemo(root, () => now).get("a", 499), undefined);
    writeFileSync(join(root, "findings.json"), "{");
    assert.equal(openMemo(root, () => now).get("a", 1e9), undefined);
    openMemo("/dev/null/nowhere").set("a", "1");
  });

  it("breaks a lock whose holder gave no sign, and not one that is alive", async () => {
    const path = join(world.folder, "x.lock");
    writeFileSync(path, JSON.stringify({ pid: process.pid, host: "another" }));
    utimesSync(path, new Date(0), new Date(0));
    assert.equal(
      await withLock(path, {}, async () => readFileSync(path, "utf8").includes(String(process.pid))),
      true,
    );
    assert.ok(!existsSync(path));
    const order: string[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = withLock(path, {}, async () => {
      await held;
      order.push("first");
    });
    const onWait = (holder?: { pid: number }) => {
      order.push(`waits for ${holder?.pid}`);
      release();
    };
    await withLock(path, { pollMs: 5, onWait }, async () => order.push("second"));
    await first;
    assert.deepEqual(order, [`waits for ${process.pid}`, "first", "second"]);
    await assert.rejects(
      withLock(path, {}, () => Promise.reject(new Error("inside"))),
      /inside/,
    );
    assert.deepEqual(
      readdirSync(world.folder).filter((name) => name.startsWith("x.lock")),
      [],
    );
  });

  it("links programs of the cache so that they lie beside each other", () => {
    const root = join(world.folder, "cache");
    const own = world.write("cache/tool/1/tool", "x", 0o755);
    const foreign = world.write("path/other", "x", 0o755);
    const scripts = join(world.folder, "scripts");
    world.write("scripts/helper", "x", 0o755);
    const programs = new Map([
      ["tool", own],
      ["other", foreign],
    ]);
    const folder = linkPrograms(root, programs, scripts);
    assert.equal(linkPrograms(root, programs, scripts), folder);
    assert.deepEqual(readdirSync(folder).sort(), ["helper", "other", "tool"]);
    assert.ok(!lstatSync(join(folder, "tool")).isSymbolicLink());
    assert.ok(lstatSync(join(folder, "other")).isSymbolicLink());
    rmSync(own);
    assert.equal(readFileSync(join(folder, "tool"), "utf8"), "x");
  });

  it("removes what was not asked for in a month, when it links programs anew", () => {
    const root = join(world.folder, "cache");
    const inCache = (path: string) => join(root, path);
    const month = ["bin-0123456789/tool", "node-compiled/v22/0f", "node-compiled/stripped/1e.js"];
    const day = ["bin-9876543210/tool", "node-compiled/v22/0e", "tool/1/tool"];
    for (const path of [...month, ...day]) world.write(`cache/${path}`, "x");
    const old = new Date(Date.now() - 31 * 24 * 60 * 60_000);
    for (const path of [...month, "bin-0123456789", "tool/1/tool"]) utimesSync(inCache(path), old, old);
    linkPrograms(root, new Map(), world.folder);
    assert.deepEqual(
      [...month, ...day].filter((path) => existsSync(inCache(path))),
      day,
    );
  });

  it("composes the environment", () => {
    const env = composeEnvironment(
      { PATH: "/usr/bin:/n", KEEP: "1" },
      "/c/bin",
      false,
      "/c/compiled",
      "/n/node",
    );
    assert.equal(env.PATH, "/c/bin:/n:/usr/bin");
    assert.equal(env.PULUMI_SKIP_UPDATE_CHECK, "true");
    assert.equal(env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION, "true");
    assert.equal(env.KEEP, "1");
    const told = { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "false" };
    assert.equal(
      composeEnvironment(told, "/c", false, "/c/compiled").PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION,
      "false",
    );
    assert.equal(
      composeEnvironment({}, "/c", true, "/c/compiled").PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION,
      undefined,
    );
  });

  it("tells progress line by line, and in one line on a terminal", () => {
    let now = 0;
    const lines: string[] = [];
    const write = (text: string) => lines.push(text);
    const plain = createProgress({ stream: { write }, now: () => now });
    const step = plain.start("tool 1");
    now = 65_000;
    step.note("building");
    step.done("tool 1: built");
    assert.deepEqual(lines, ["tool 1 …\n", "tool 1: built (1 min 05 s)\n"]);
    lines.length = 0;
    const live = createProgress({ stream: { write, isTTY: true, columns: 30 }, env: {}, now: () => now });
    live.start("a long label that does not fit the line").fail();
    assert.ok(lines[0]?.startsWith("\r\x1b[K") && lines[0].length < 36);
    assert.match(lines.at(-1) ?? "", /failed \(0\.0 s\)\n$/);
    const unsized = createProgress({ stream: { write, isTTY: true, columns: 0 }, env: {}, now: () => now });
    unsized.start("tool 2").done();
    assert.match(lines.at(-2) ?? "", /tool 2 … 0\.0 s/);
    assert.deepEqual([200, 42_000, 185_000].map(formatElapsed), ["0.2 s", "42 s", "3 min 05 s"]);
  });

  it("unpacks zip files and refuses entries that leave the folder", () => {
    const file = join(world.folder, "x.zip");
    writeFileSync(file, zip("folder/tool", "content"));
    unzip(file, join(world.folder, "out"));
    assert.equal(readFileSync(join(world.folder, "out/folder/tool"), "utf8"), "content");
    writeFileSync(file, zip("../tool", "content"));
    assert.throws(() => unzip(file, join(world.folder, "out")), /leaves the folder/);
    writeFileSync(file, "nothing");
    assert.throws(() => unzip(file, join(world.folder, "out")), /not a zip file/);
  });
});

/** A zip file with one stored entry. */
function zip(name: string, content: string): Buffer {
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt32LE(content.length, 20);
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(30 + name.length + content.length, 16);
  return Buffer.concat([local, Buffer.from(name + content), central, Buffer.from(name), end]);
}
