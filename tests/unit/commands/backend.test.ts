import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { backendFolder } from "../../../commands/backend.ts";
import { PROJECT } from "../../../commands/stack.ts";
import { openRecordStore } from "../../../fleet/records/store.ts";

describe("the folder of a file backend", () => {
  const folders: Readonly<Record<string, string>> = {
    "file:///srv/state": "/srv/state",
    "file:///srv/state/": "/srv/state",
    "file:///srv/our%20state?no_tmp_dir=true": "/srv/our state",
    "file:///srv/100%": "/srv/100%",
    "file://~": homedir(),
    "file://~/state": join(homedir(), "state"),
    "file://.": PROJECT,
    "file://./state": join(PROJECT, "state"),
    "file://state": join(PROJECT, "state"),
    "file://../state": join(PROJECT, "..", "state"),
  };

  it("is where the engine finds it, in each of its notations", () => {
    const found = Object.keys(folders).map((backend) => [
      backend,
      backendFolder(backend)?.replace(/\/$/, ""),
    ]);
    assert.deepEqual(Object.fromEntries(found), folders);
  });

  it("is the one that records of rollouts lie in", () => {
    for (const [backend, folder] of Object.entries(folders)) {
      assert.equal(openRecordStore(backend, {}).where, join(folder, ".pulumi-akash", "rollouts"), backend);
    }
  });

  it("is none for other backends", () => {
    for (const backend of ["s3://bucket", "https://api.pulumi.com", ""]) {
      assert.equal(backendFolder(backend), undefined);
    }
  });
});
