import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { Daemon } from "../../../embedded/daemon.ts";
import { ServiceFailed } from "../../../embedded/errors.ts";
import {
  ensureService,
  programStatus,
  type Service,
  type Stage,
  stopPrograms,
} from "../../../embedded/service.ts";
import type { Program } from "../../../embedded/types.ts";
import type { Progress } from "../../../toolchain/index.ts";

describe("a service", () => {
  let folder: string;
  let told: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "service-"));
    told = [];
  });

  afterEach(async () => {
    await stopPrograms(folder, ["server", "worker"]);
    rmSync(folder, { recursive: true });
  });

  const progress = {
    start: (label: string) => {
      told.push(label);
      return { note() {}, done: () => told.push("done"), fail: () => told.push("failed") };
    },
    line: (text: string) => told.push(text),
  } as unknown as Progress;

  const program = (name: string, script: string): Program => ({
    name,
    command: "/bin/sh",
    args: ["-c", script],
  });
  const sleeper = (name: string) => program(name, `touch ${name}; exec sleep 60`);
  /** Healthy once its program has made its file. */
  const stage = (run: Program): Stage => ({
    programs: [run],
    problem: async () => (existsSync(join(folder, run.name)) ? undefined : `${run.name} is not there yet`),
  });
  const service = (...stages: Stage[]): Service => ({ title: "test service", folder, stages });
  const pids = () => programStatus(folder, ["server", "worker"]).map(({ pid }) => pid);

  it("starts its stages one after the other", async () => {
    const worker = program("worker", "test -e server && touch worker; exec sleep 60");
    await ensureService(service(stage(sleeper("server")), stage(worker)), progress);
    assert.deepEqual(told, ["Starting the test service", "done"]);
    assert.ok(pids().every((pid) => pid !== undefined));
  });

  it("is left alone and not spoken of when it runs", async () => {
    const whole = service(stage(sleeper("server")), stage(sleeper("worker")));
    await ensureService(whole);
    const before = pids();
    await ensureService(whole, progress);
    assert.deepEqual(pids(), before);
    assert.deepEqual(told, []);
  });

  it("has only what is missing restarted", async () => {
    const whole = service(stage(sleeper("server")), stage(sleeper("worker")));
    await ensureService(whole);
    const [server] = pids();
    await new Daemon(folder, "worker").stop(0);
    await ensureService(whole, progress);
    assert.equal(pids()[0], server);
    assert.deepEqual(told, ["Restarting worker of the test service", "done"]);
  });

  it("has a program restarted whose command line has changed", async () => {
    await ensureService(service(stage(sleeper("server")), stage(sleeper("worker"))));
    const [server, worker] = pids();
    const changed = program("server", "touch server; exec sleep 61");
    await ensureService(service(stage(changed), stage(sleeper("worker"))));
    assert.notEqual(pids()[0], server);
    assert.equal(pids()[1], worker);
  });

  it("fails with the end of the log when a program ends", async () => {
    const broken = program("server", "echo no space left on device; exit 1");
    await assert.rejects(ensureService(service(stage(broken)), progress), (error: unknown) => {
      assert.ok(error instanceof ServiceFailed);
      assert.equal(error.name, "ServiceFailed");
      assert.equal(error.logTail, "no space left on device");
      assert.match(
        error.message,
        /^The test service does not run: server ended by itself\. Its log is .*server\.log;/,
      );
      assert.match(error.message, /\n {2}no space left on device$/);
      return true;
    });
    assert.deepEqual(told, ["Starting the test service", "failed"]);
  });

  it("is restarted when it ends while it is looked at", async () => {
    await ensureService(service(stage(sleeper("server"))));
    let looks = 0;
    const dying: Stage = {
      programs: [sleeper("server")],
      problem: async () => {
        if (looks++ > 0) return undefined;
        await new Daemon(folder, "server").stop(0);
        return "busy";
      },
    };
    await ensureService(service(dying), progress);
    assert.deepEqual(told, ["Starting the test service", "done"]);
    assert.ok(pids()[0]);
  });

  it("tells a stage whether its program was just started", async () => {
    const seen: boolean[] = [];
    const watched: Stage = {
      programs: [sleeper("server")],
      problem: async (fresh) => {
        seen.push(fresh);
        return undefined;
      },
    };
    await ensureService(service(watched));
    await ensureService(service(watched));
    assert.deepEqual(seen, [true, false]);
  });

  it("passes on errors of the look itself", async () => {
    const failing: Stage = {
      programs: [sleeper("server")],
      problem: () => Promise.reject(new TypeError("bug")),
    };
    await assert.rejects(ensureService(service(failing)), TypeError);
    await assert.rejects(ensureService(service(failing)), TypeError);
  });

  it("leaves its programs' state in place when they are stopped", async () => {
    await ensureService(service(stage(sleeper("server"))));
    await stopPrograms(folder, ["server", "worker"]);
    assert.equal(readFileSync(join(folder, "server"), "utf8"), "");
    assert.deepEqual(pids(), [undefined, undefined]);
  });
});
