import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { makeRunFolder } from "../../../commands/runFolder.ts";

describe("the folder of an engine run", () => {
  let place: string;

  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), "pulumi-akash-runs-"));
  });

  afterEach(() => rmSync(place, { recursive: true }));

  /** What a run with this process id has left. */
  function left(pid: number | string, host = hostname()): string {
    const folder = join(place, `pulumi-akash-run-${host}-${pid}-abcdef`);
    mkdirSync(folder);
    writeFileSync(join(folder, "kubeconfig"), "");
    return folder;
  }

  /** The id of a process that has ended. */
  function deadPid(): number {
    return spawnSync(process.execPath, ["--version"]).pid;
  }

  it("takes the run's temporary files and goes with it", async () => {
    const run = await makeRunFolder(place);
    assert.deepEqual(run.env, { TMPDIR: run.folder });
    writeFileSync(join(run.folder, "kubeconfig"), "");
    await run.remove();
    assert.deepEqual(readdirSync(place), []);
  });

  it("of a run that was killed is removed by the next one", async () => {
    const abandoned = left(deadPid());
    const run = await makeRunFolder(place);
    assert.equal(existsSync(abandoned), false);
    assert.deepEqual(readdirSync(place), [run.folder.slice(place.length + 1)]);
  });

  it("of anybody else stays", async () => {
    const folders = [
      left(process.pid),
      left(deadPid(), `${hostname()}x`),
      left(1, `${hostname()}-${deadPid()}`),
    ];
    await makeRunFolder(place);
    for (const folder of folders) assert.ok(existsSync(folder), folder);
  });

  it("stays as long as an engine works in it whose command was killed", async function () {
    if (!existsSync("/proc/self/environ")) this.skip();
    const abandoned = left(deadPid());
    const engine = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000); console.log()"], {
      env: { TMPDIR: abandoned },
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      await once(engine.stdout, "data");
      await makeRunFolder(place);
      assert.ok(existsSync(abandoned));
    } finally {
      engine.kill("SIGKILL");
    }
  });
});
