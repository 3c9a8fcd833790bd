import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "mocha";
import { Daemon } from "../../../embedded/daemon.ts";
import { identify, isAlive, signal, startOf } from "../../../embedded/processes.ts";
import type { Program } from "../../../embedded/types.ts";

const shell = (script: string, name = "program"): Program => ({
  name,
  command: "/bin/sh",
  args: ["-c", script],
});
const idle = shell("echo started; exec sleep 60");

describe("a daemon", () => {
  let folder: string;
  let daemon: Daemon;
  let foreign: ChildProcess;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "daemon-"));
    daemon = new Daemon(folder, "program");
    foreign = spawn("sleep", ["60"], { stdio: "ignore" });
  });

  afterEach(async () => {
    await daemon.stop(0);
    foreign.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  it("is found by a later process that knows its folder and name only", async () => {
    await daemon.start(idle);
    const found = new Daemon(folder, "program");
    assert.equal(found.runs(idle), true);
    assert.equal(found.status().pid, daemon.status().pid);
    assert.ok((found.status().memory ?? 0) > 0);
  });

  it("runs as another program once its command line or environment changes", async () => {
    await daemon.start(idle);
    assert.equal(daemon.runs({ ...idle, args: ["-c", "exec sleep 61"] }), false);
    assert.equal(daemon.runs({ ...idle, env: { GOGC: "50" } }), false);
    assert.equal(daemon.alive, true);
  });

  it("has a session of its own, so that a terminal's signals do not reach it", async () => {
    await daemon.start(idle);
    const { pid } = daemon.status();
    const session = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[3];
    assert.equal(session, String(pid));
  });

  it("inherits neither secrets nor settings", async () => {
    process.env["GARAGE_MNEMONIC"] = "zoo zoo zoo";
    process.env["AKASH_LOG_LEVEL"] = "trace";
    try {
      await daemon.start({ ...idle, env: { GOGC: "50" } });
    } finally {
      delete process.env["GARAGE_MNEMONIC"];
      delete process.env["AKASH_LOG_LEVEL"];
    }
    // The last one Node itself hands to its children while coverage is measured.
    const harmless = ["PATH", "TMPDIR", "PWD", "NODE_V8_COVERAGE"];
    const environment = () => readFileSync(`/proc/${daemon.status().pid}/environ`, "utf8");
    // For the moment in which the shell becomes the program there is none, or still the shell's.
    await until(() => readFileSync(`/proc/${daemon.status().pid}/comm`, "utf8") === "sleep\n");
    await until(() => environment() !== "");
    const names = environment()
      .split("\0")
      .map((entry) => entry.split("=")[0]);
    assert.deepEqual(names.filter((name) => name && !harmless.includes(name)).sort(), [
      "GOGC",
      "HOME",
      "PULUMI_AKASH_DAEMON",
    ]);
  });

  it("keeps its last log and the one before", async () => {
    await daemon.start(shell("echo first"));
    await until(() => !daemon.alive);
    await daemon.start(shell("echo second; echo third"));
    await until(() => !daemon.alive);
    assert.equal(daemon.logTail(), "second\nthird");
    assert.equal(daemon.logTail(1), "third");
    assert.equal(readFileSync(`${daemon.log}.previous`, "utf8"), "first\n");
  });

  it("says so when its program is not there", async () => {
    await assert.rejects(daemon.start({ ...idle, command: join(folder, "missing") }), { code: "ENOENT" });
    assert.equal(daemon.alive, false);
  });

  it("ends when asked, and its pid file goes", async () => {
    await daemon.start(idle);
    await daemon.stop(5_000);
    assert.equal(daemon.alive, false);
    assert.equal(existsSync(join(folder, "pids", "program.json")), false);
  });

  it("is killed when it does not end in time", async () => {
    await daemon.start(shell("trap '' TERM; echo ready; while :; do sleep 0.05; done"));
    await until(() => daemon.logTail() === "ready");
    const started = Date.now();
    await daemon.stop(200);
    assert.equal(daemon.alive, false);
    assert.ok(Date.now() - started >= 200);
  });

  it("is ended even when its pid file was lost", async () => {
    await daemon.start(idle);
    const process_ = identify(daemon.status().pid ?? 0);
    assert.ok(process_);
    rmSync(join(folder, "pids"), { recursive: true });
    assert.equal(daemon.alive, false);
    await daemon.stop(5_000);
    assert.equal(isAlive(process_), false);
  });

  it("takes no other process for its own, though that has its pid", async () => {
    // A process is told by when it started, to a hundredth of a second: these two shall differ in that.
    await sleep(50);
    await daemon.start(shell("sleep 0.1"));
    await until(() => !daemon.alive);
    const file = join(folder, "pids", "program.json");
    const recorded = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...recorded, pid: foreign.pid }));
    assert.equal(daemon.alive, false);
    await daemon.stop(0);
    assert.equal(foreign.exitCode ?? foreign.signalCode, null);
    assert.ok(identify(foreign.pid ?? 0));
  });

  it("leaves its namesake in another folder alone", async () => {
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(elsewhere);
    const namesake = new Daemon(elsewhere, "program");
    await namesake.start(idle);
    await daemon.start(idle);
    await daemon.stop(5_000);
    assert.equal(namesake.alive, true);
    await namesake.stop(5_000);
  });
});

describe("a process", () => {
  it("is the same for as long as it lives", async () => {
    const first = identify(process.pid);
    await sleep(20);
    assert.deepEqual(identify(process.pid), first);
  });

  it("is gone once it has ended", async () => {
    const child = spawn("sleep", ["0.1"]);
    const identity = identify(child.pid ?? 0);
    assert.ok(identity);
    await once(child, "exit");
    assert.equal(isAlive(identity), false);
    signal(identity, "SIGKILL");
  });

  it("is not signalled when it is a later one with the same pid", async () => {
    const child = spawn("sleep", ["60"]);
    try {
      signal({ pid: child.pid ?? 0, identity: "an-earlier-boot/1" }, "SIGKILL");
      await sleep(50);
      assert.equal(child.signalCode, null);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("does not exist with a pid that nobody has", () => {
    assert.equal(identify(2 ** 22 + 1), undefined);
    assert.equal(startOf(2 ** 22 + 1), undefined);
  });

  it("began when it says so itself, and runs what was started", () => {
    const start = startOf(process.pid);
    assert.ok(Math.abs((start?.at ?? 0) - performance.timeOrigin) < 5_000, `${start?.at}`);
    assert.equal(start?.program, "node");
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5_000; !condition(); ) {
    assert.ok(Date.now() < deadline, "waited in vain");
    await sleep(10);
  }
}
