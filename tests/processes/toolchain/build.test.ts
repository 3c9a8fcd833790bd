import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "mocha";
import { buildEnvironment } from "../../../toolchain/build.ts";
import { keyOf } from "../../../toolchain/cache.ts";
import { ensureWith } from "../../../toolchain/ensure.ts";
import type { ToolchainError } from "../../../toolchain/errors.ts";
import type { BinaryPin } from "../../../toolchain/pins.ts";
import { findTool, obtainTool } from "../../../toolchain/resolve.ts";
import { fakeGo, openWorld, program, type World } from "./world.ts";

const pins: Record<string, BinaryPin> = {
  tool: {
    version: "1.2.3",
    group: "engine",
    versionArgs: ["version"],
    module: { wrapper: "tool", path: "example.org/tool", version: "v1.2.3", package: "." },
  },
};

describe("building from Go modules", () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
    world.write("modules/tool/go.mod", "module tool\n");
    world.write("path/go", fakeGo(), 0o755);
  });
  afterEach(() => world.close());
  const toolFolder = () => join(world.folder, "cache", "tool");

  it("builds when there is no release, and leaves only the program", async () => {
    const context = world.context(pins);
    const toolchain = await ensureWith(context, ["engine"]);
    assert.equal(readFileSync(toolchain.path("tool"), "utf8"), program);
    const [version] = readdirSync(toolFolder());
    assert.deepEqual(readdirSync(join(toolFolder(), version ?? "")).sort(), ["origin.json", "tool"]);
    assert.throws(() => toolchain.path("other"), /not part of this toolchain/);
  });

  it("shows what the compiler said", async () => {
    world.write("path/go", fakeGo("echo undefined: GoMapIterator >&2; exit 1"), 0o755);
    await assert.rejects(obtainTool(world.context(pins), "tool"), (error: ToolchainError) => {
      assert.equal(error.code, "unavailable");
      assert.match(error.message, /undefined: GoMapIterator/);
      return true;
    });
    assert.deepEqual(readdirSync(toolFolder()), []);
  });

  it("names the cache folder when the compiler meets a full disk", async () => {
    world.write("path/go", fakeGo("echo 'write: no space left on device' >&2; exit 1"), 0o755);
    await assert.rejects(ensureWith(world.context(pins), ["tool"]), (error: ToolchainError) => {
      assert.equal(error.code, "disk-full");
      assert.match(error.message, new RegExp(`${join(world.folder, "cache")} is full`));
      return true;
    });
  });

  it("rebuilds when the wrapper changes", () => {
    const { tool } = pins;
    assert.ok(tool);
    const modules = join(world.folder, "modules");
    const before = keyOf("tool", tool, modules);
    assert.equal(keyOf("tool", tool, modules), before);
    world.write("modules/tool/go.sum", "changed\n");
    const changed = keyOf("tool", tool, modules);
    assert.notEqual(changed, before);
    world.write("modules/tool/sdk/kinds.go", "package sdk\n");
    assert.notEqual(keyOf("tool", tool, modules), changed);
  });

  it("trusts a program on PATH only if it is exactly the pinned version", async () => {
    const onPath = world.write("path/tool", "#!/bin/sh\necho tool 1.2.30\n", 0o755);
    assert.equal(await findTool(world.context(pins), "tool"), undefined);
    writeFileSync(onPath, "#!/bin/sh\necho tool v1.2.3\n");
    assert.equal(await findTool(world.context(pins), "tool"), onPath);
  });

  it("removes what an interrupted build left", async () => {
    mkdirSync(join(toolFolder(), ".tmp-host-1-abc"), { recursive: true });
    writeFileSync(join(toolFolder(), ".tmp-host-1-abc", "half"), "x");
    await obtainTool(world.context(pins), "tool");
    assert.deepEqual(
      readdirSync(toolFolder()).filter((name) => name.startsWith(".tmp")),
      [],
    );
  });

  it("keeps the user's proxy settings and none of the flags that would change the result", () => {
    const env = buildEnvironment({ go: "go" }, "/t", {
      GOFLAGS: "-mod=mod",
      GOOS: "plan9",
      GOPROXY: "p",
      GOPATH: "/g",
    });
    assert.equal(env.GOFLAGS, "-mod=readonly -trimpath -buildvcs=false");
    assert.equal(env.GOOS, undefined);
    assert.deepEqual([env.GOPROXY, env.GOPATH, env.GOTOOLCHAIN], ["p", "/g", "local"]);
    assert.match(buildEnvironment({ go: "go", home: "/c" }, "/t", {}).GOPATH ?? "", /^\/c/);
  });

  const runOther = (): ChildProcess => {
    const file = world.write(
      "other.ts",
      `import { obtainTool } from ${JSON.stringify(join(import.meta.dirname, "../../../toolchain/resolve.ts"))};
import { openMemo } from ${JSON.stringify(join(import.meta.dirname, "../../../toolchain/memo.ts"))};
import { silentProgress } from ${JSON.stringify(join(import.meta.dirname, "../../../toolchain/progress.ts"))};
const context = ${JSON.stringify(world.context(pins))};
await obtainTool({ ...context, memo: openMemo(context.root), progress: silentProgress }, "tool");
`,
    );
    return spawn(process.execPath, [file], { stdio: "ignore" });
  };
  const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.on("close", resolve));
  const started = async () => {
    for (let i = 0; i < 400 && !existsSync(join(world.folder, "builds")); i++) await sleep(5);
  };

  it("builds once when two processes want the same tool", async () => {
    const counter = join(world.folder, "builds");
    world.write("path/go", fakeGo(`echo one >>${counter}; sleep 0.2`), 0o755);
    const other = ended(runOther());
    await started();
    await obtainTool(world.context(pins), "tool");
    assert.equal(await other, 0);
    assert.equal(readFileSync(counter, "utf8"), "one\n");
  });

  it("takes over from a process that was killed while building", async () => {
    const counter = join(world.folder, "builds");
    world.write("path/go", fakeGo(`echo one >>${counter}; sleep 0.3`), 0o755);
    const child = runOther();
    await started();
    child.kill("SIGKILL");
    await ended(child);
    world.write("path/go", fakeGo(), 0o755);
    await obtainTool(world.context(pins), "tool");
    assert.deepEqual(
      readdirSync(toolFolder()).filter((name) => name.startsWith(".tmp")),
      [],
    );
    assert.ok(await findTool(world.context(pins), "tool"));
  });

  it("leaves nothing behind when it is told to stop while building", async () => {
    const counter = join(world.folder, "builds");
    world.write("path/go", fakeGo(`echo one >>${counter}; sleep 0.3`), 0o755);
    const child = runOther();
    await started();
    child.kill("SIGTERM");
    await ended(child);
    assert.equal(child.signalCode, "SIGTERM");
    assert.deepEqual(readdirSync(toolFolder()), []);
    assert.deepEqual(readdirSync(join(world.folder, "cache", "locks")), []);
  });
});
