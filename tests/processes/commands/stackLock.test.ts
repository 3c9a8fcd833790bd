import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "mocha";
import { freeStack } from "../../../commands/stackLock.ts";
import { startOf } from "../../../embedded/processes.ts";

/** No process has it: the kernel's largest is 2^22. */
const NOBODY = 2 ** 22 + 1;

describe("the lock of a stack", () => {
  let state: string;
  let locks: string;
  let lines: string[];
  beforeEach(() => {
    lines = [];
    state = mkdtempSync(join(tmpdir(), "pulumi-akash-lock-"));
    locks = join(state, ".pulumi/locks/organization/pulumi-akash/garage");
    mkdirSync(locks, { recursive: true });
  });
  afterEach(() => rmSync(state, { recursive: true }));

  const lock = (holder: object) => {
    writeFileSync(join(locks, "a.json"), JSON.stringify(holder));
    writeFileSync(join(locks, "a.json.attrs"), '{"user.content_type":"text/plain"}');
  };
  const free = (env: NodeJS.ProcessEnv = { PULUMI_BACKEND_URL: `file://${state}` }) =>
    freeStack({ stack: { name: "garage" }, env }, { line: (text) => void lines.push(text) });

  it("is taken away when its holder is dead, and that is said", async () => {
    lock({ pid: NOBODY, hostname: hostname() });
    await free();
    assert.deepEqual(readdirSync(locks), []);
    assert.match(lines.join(), /An earlier run on garage was killed/);
  });

  it("stops a second run while its holder lives", async () => {
    lock({ pid: process.pid, hostname: hostname() });
    await assert.rejects(
      free(),
      new RegExp(`Another run, process ${process.pid}, is at work on stack garage`),
    );
    assert.equal(readdirSync(locks).length, 2);
  });

  it("is taken away when another process has its holder's id by now", async () => {
    lock({ pid: process.pid, hostname: hostname(), timestamp: "2020-01-02T03:04:05.678901234+01:00" });
    await free();
    assert.deepEqual(readdirSync(locks), []);
  });

  it("stops a second run while its holder lives that began before it, or is an engine by a clock that was set", async () => {
    const alive = () => ({ pid: process.pid, hostname: hostname(), timestamp: new Date().toISOString() });
    lock(alive());
    await assert.rejects(free(), /is at work on stack garage/);
    const engine = join(state, "pulumi");
    copyFileSync("/bin/sleep", engine);
    const child = spawn(engine, ["60"], { stdio: "ignore" });
    try {
      await once(child, "spawn");
      for (let i = 0; i < 1000 && startOf(child.pid ?? 0)?.program !== "pulumi"; i++) await sleep(1);
      lock({ ...alive(), pid: child.pid, timestamp: "2020-01-02T03:04:05Z" });
      await assert.rejects(free(), new RegExp(`process ${child.pid}, is at work on stack garage`));
    } finally {
      child.kill("SIGKILL");
      await once(child, "close");
    }
  });

  it("is left to the engine when its holder is on another machine", async () => {
    lock({ pid: NOBODY, hostname: "elsewhere" });
    await free();
    assert.equal(readdirSync(locks).length, 2);
  });

  it("is left to the engine when it cannot be read", async () => {
    writeFileSync(join(locks, "a.json"), "{");
    await free();
    assert.ok(existsSync(join(locks, "a.json")));
  });

  it("is found where the person has logged in", async () => {
    writeFileSync(join(state, "credentials.json"), JSON.stringify({ current: `file://${state}` }));
    lock({ pid: NOBODY, hostname: hostname() });
    await free({ PULUMI_HOME: state });
    assert.deepEqual(readdirSync(locks), []);
  });

  it("is not looked for in other backends", async () => {
    await free({ PULUMI_BACKEND_URL: "s3://bucket" });
    await free({ PULUMI_HOME: join(state, "nowhere") });
    assert.deepEqual(lines, []);
  });
});
