import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { freeStack } from "../../../commands/stackLock.ts";

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
