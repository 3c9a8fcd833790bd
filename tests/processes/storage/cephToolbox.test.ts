import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "mocha";
import { cephToolbox } from "../../../components/storage/toolbox.ts";

/** What runs in Ceph's toolbox, as it stands in its Deployment, in a real shell; its folders are below another one. */
describe("Ceph's toolbox", function () {
  this.timeout(30_000);

  it("writes what `ceph` needs to find the monitors and its key, and ends when told to", async () => {
    const folder = mkdtempSync(join(tmpdir(), "toolbox-"));
    const path = (...parts: string[]) => join(folder, ...parts);
    for (const name of ["ceph", "rook", "rook-admin"]) mkdirSync(path(name));
    // As Rook writes them.
    writeFileSync(path("rook", "mon-endpoints"), "a=10.43.12.7:6789,b=10.43.99.1:6789");
    writeFileSync(path("rook-admin", "key"), "AQDrNotAKey==");
    const [program = "", ...args] = cephToolbox().spec.template.spec.containers[0]?.command ?? [];
    const child = spawn(
      program,
      args.map((text) => text.replaceAll("/etc/", `${folder}/`)),
      { stdio: "ignore" },
    );
    try {
      for (let tries = 0; tries < 200 && !existsSync(path("ceph", "ceph.conf")); tries++) await sleep(50);
      const configuration = readFileSync(path("ceph", "ceph.conf"), "utf8");
      assert.match(configuration, /^\[global\]\nmon_host = 10\.43\.12\.7:6789,10\.43\.99\.1:6789\n/);
      assert.ok(configuration.endsWith(`[client.admin]\nkeyring = ${path("ceph", "keyring")}\n`));
      assert.equal(readFileSync(path("ceph", "keyring"), "utf8"), "[client.admin]\nkey = AQDrNotAKey==\n");
      assert.equal(statSync(path("ceph", "keyring")).mode & 0o777, 0o600);
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      assert.deepEqual(await ended, [0, null]);
    } finally {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
