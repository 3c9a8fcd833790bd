import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { HostTimedOut, ScriptFailed } from "../../../components/hosts/errors.ts";
import { lineReader } from "../../../components/hosts/executor.ts";
import { launchCommand } from "../../../components/hosts/launch.ts";
import { LocalExecutor } from "../../../components/hosts/local.ts";
import { hostScript } from "../../../components/hosts/script.ts";
import { concealer, Session } from "../../../components/hosts/session.ts";

const write = hostScript("hosts/scripts/write.sh", { step: "writing", readOnly: true });
const read = hostScript<{ content?: string }>("hosts/scripts/read.sh", { step: "reading", readOnly: true });

describe("this machine", () => {
  // Scripts that change something take a lock that only root may have; these run without it, as whoever runs the tests.
  const here = new Session(new LocalExecutor(undefined, true));
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-local-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("runs the same scripts as any other", async () => {
    const path = join(folder, "a b", "file");
    const input = Buffer.from("größer\n");
    await here.script(write, { path, mode: "0600", size: input.byteLength }, { input });
    assert.equal(readFileSync(path, "utf8"), "größer\n");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const { content = "" } = await here.script(read, { path });
    assert.equal(Buffer.from(content, "base64").toString(), "größer\n");
    assert.deepEqual(await here.script(read, { path: `${path}.none` }), {});
  });

  it("keeps the old file, and no other, when the content is cut off on its way", async () => {
    const path = join(folder, "whole");
    const input = Buffer.from("old");
    await here.script(write, { path, mode: "0644", size: 3 }, { input });
    await assert.rejects(
      here.script(write, { path, mode: "0644", size: 4 }, { input: Buffer.from("new") }),
      ScriptFailed,
    );
    assert.equal(readFileSync(path, "utf8"), "old");
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes("pulumi-akash")),
      [],
    );
  });

  it("gives up with what was agreed: time, facts, JSON", async () => {
    const slow = hostScript("../tests/processes/hosts/pause.sh", { step: "waiting", readOnly: true });
    await assert.rejects(here.script(slow, {}, { timeoutSeconds: 0.1 }), HostTimedOut);
    const silent = hostScript("../tests/processes/hosts/silent.sh", { step: "answering", readOnly: true });
    await assert.rejects(here.script(silent), /answering failed \(its last line is no JSON\)/);
  });
});

describe("what goes to and comes from a machine", () => {
  it("is read line by line, however it arrives", () => {
    const lines: string[] = [];
    const reader = lineReader((line) => lines.push(line));
    const bytes = Buffer.from("erste\nzweite größer\nrest");
    for (const byte of bytes) reader.push(Uint8Array.of(byte));
    reader.end();
    reader.end();
    assert.deepEqual(lines, ["erste", "zweite größer", "rest"]);
  });

  it("has secrets blacked out, the longest first, but not every short word", () => {
    const conceal = concealer(["pass", "password-1", "a", "", "two\nlines"]);
    assert.equal(conceal("password-1 pass a two lines"), "*** *** a two ***");
  });

  it("asks for root only where it has to, and for the lock only where something changes", () => {
    assert.equal(launchCommand({ root: true }), "sh -c 'exec bash -s'");
    assert.match(launchCommand({ root: true, lockSeconds: 60 }), /flock -o -w 60 /);
    const asUser = launchCommand({ root: false });
    assert.match(asUser, /sudo -n -k true/);
    assert.doesNotMatch(asUser, /flock/);
    assert.ok(!asUser.includes("\n"));
  });
});
