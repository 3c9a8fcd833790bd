import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { findTool, obtainTool } from "../../../toolchain/resolve.ts";
import { openWorld, program, type World } from "./world.ts";

/** A Python whose pip puts what it is told to install into the folder it is told. */
function fakePython(file: string): string {
  return `#!/bin/sh
while [ "$1" != --target ]; do shift; done
[ "$3" = tool-py==1.2.3.1 ] || { echo "ERROR: No matching distribution found for $3" >&2; exit 1; }
mkdir -p "$2/bin" && printf '${program.replaceAll("\n", "\\n")}' >"$2/${file}" && chmod 755 "$2/${file}"
`;
}

describe("programs from Python packages", () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());
  const pinned = (version: string) => {
    const release = { "linux/amd64": { url: "http://127.0.0.1:9/tool", sha256: "0".repeat(64) } };
    return {
      tool: { version: "1.2.3", group: "lint" as const, release, pypi: { name: "tool-py", version } },
    };
  };

  it("are taken where the release cannot be reached, and nothing else is kept of the package", async () => {
    world.write("path/python3", fakePython("bin/tool"), 0o755);
    const context = world.context(pinned("1.2.3.1"));
    await obtainTool(context, "tool");
    const found = (await findTool(context, "tool")) ?? "";
    assert.equal(readFileSync(found, "utf8"), program);
    assert.deepEqual(readdirSync(dirname(found)).sort(), ["origin.json", "tool"]);
  });

  it("say what pip said, or that the program is not inside", async () => {
    world.write("path/python3", fakePython("bin/other"), 0o755);
    await assert.rejects(
      obtainTool(world.context(pinned("9")), "tool"),
      /tool-py: ERROR: No matching distribution/,
    );
    await assert.rejects(obtainTool(world.context(pinned("1.2.3.1")), "tool"), /tool-py: no tool in it/);
  });
});
