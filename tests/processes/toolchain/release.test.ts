import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, it } from "mocha";
import { ToolchainError } from "../../../toolchain/errors.ts";
import type { BinaryPin } from "../../../toolchain/pins.ts";
import { findTool, hasReleaseAtHand, obtainTool } from "../../../toolchain/resolve.ts";
import { openWorld, program, sha256, type World } from "./world.ts";

describe("official releases", () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());

  const pinned = (changes: object = {}): Record<string, BinaryPin> => ({
    tool: {
      version: "1.2.3",
      group: "engine",
      release: { "linux/amd64": { url: `${world.origin}/dl/tool`, sha256: sha256(program), ...changes } },
    },
  });
  const leftovers = () => {
    const folder = join(world.folder, "cache", "tool");
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  it("installs a file whose checksum is right, executable, once", async () => {
    world.routes.set("/dl/tool", program);
    const context = world.context(pinned());
    await obtainTool(context, "tool");
    await obtainTool(context, "tool");
    const path = await findTool(context, "tool");
    assert.ok(path);
    assert.equal(readFileSync(path, "utf8"), program);
    assert.equal(statSync(path).mode & 0o777, 0o755);
    assert.deepEqual(world.requests, ["/dl/tool"]);
  });

  it("refuses a file with another checksum and names both", async () => {
    world.routes.set("/dl/tool", `${program}# changed`);
    await assert.rejects(obtainTool(world.context(pinned()), "tool"), (error: ToolchainError) => {
      assert.equal(error.code, "checksum");
      assert.match(error.message, new RegExp(sha256(program)));
      assert.match(error.message, new RegExp(sha256(`${program}# changed`)));
      return true;
    });
    assert.deepEqual(leftovers(), []);
  });

  it("takes the hash from the publisher's checksum file where it is not pinned", async () => {
    world.routes.set("/dl/tool", program);
    world.routes.set("/dl/SHA256SUMS", `${"0".repeat(64)}  other\n${sha256(program)}  tool\n`);
    const context = world.context(pinned({ sha256: undefined, checksums: `${world.origin}/dl/SHA256SUMS` }));
    await obtainTool(context, "tool");
    assert.ok(await findTool(context, "tool"));
  });

  it("installs nothing whose hash the publisher does not give", async () => {
    world.routes.set("/dl/tool", program);
    world.routes.set("/dl/SHA256SUMS", `${sha256(program)}  other\n`);
    const context = world.context(pinned({ sha256: undefined, checksums: `${world.origin}/dl/SHA256SUMS` }));
    await assert.rejects(obtainTool(context, "tool"), /gives no SHA-256 for tool/);
    assert.deepEqual(leftovers(), []);
  });

  it("tries a broken line once more and leaves nothing when it breaks again", async () => {
    world.routes.set("/dl/tool", (response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("only this");
      setTimeout(() => response.destroy(), 5);
    });
    await assert.rejects(obtainTool(world.context(pinned()), "tool"), (error: ToolchainError) => {
      assert.equal(error.code, "unavailable");
      assert.match(error.message, /broke off after 9 bytes/);
      return true;
    });
    assert.deepEqual(world.requests, ["/dl/tool", "/dl/tool"]);
    assert.deepEqual(leftovers(), []);
  });

  it("says 404 and how to bring the file by hand", async () => {
    await assert.rejects(obtainTool(world.context(pinned()), "tool"), (error: ToolchainError) => {
      assert.equal(error.code, "unavailable");
      assert.match(error.message, /answered 404/);
      assert.match(error.message, /put tool into a folder and set PULUMI_AKASH_MIRROR/);
      return true;
    });
    assert.equal(world.requests.length, 1);
  });

  it("are at hand where their host has the file, not where it merely answers", async () => {
    assert.equal(await hasReleaseAtHand(world.context(pinned()), "tool"), false);
    world.routes.set("/dl/other", program);
    assert.equal(
      await hasReleaseAtHand(world.context(pinned({ url: `${world.origin}/dl/other` })), "tool"),
      true,
    );
  });

  it("follows redirects", async () => {
    world.routes.set("/dl/tool", (response) => response.writeHead(302, { location: "/other" }).end());
    world.routes.set("/other", program);
    const context = world.context(pinned());
    await obtainTool(context, "tool");
    assert.ok(await findTool(context, "tool"));
  });

  it("takes several programs out of one archive", async () => {
    const archive = gzipSync(tar({ "tool-1.2.3/tool": program, "tool-1.2.3/twin": program, README: "no" }));
    world.routes.set("/dl/tool.tar.gz", archive);
    const url = `${world.origin}/dl/tool.tar.gz`;
    const pins = pinned({ url, sha256: sha256(archive) });
    if (pins.tool) pins.tool.programs = ["tool", "twin"];
    pins.twin = { version: "9.9.9", group: "engine", bundledWith: "tool" };
    const context = world.context(pins);
    await obtainTool(context, "tool");
    assert.match((await findTool(context, "twin")) ?? "", /tool\/1\.2\.3-[0-9a-f]+\/twin$/);
    assert.deepEqual(readdirSync(join(world.folder, "cache", "tool", leftovers()[0] ?? "")).sort(), [
      "origin.json",
      "tool",
      "twin",
    ]);
  });

  it("prefers the mirror folder, checks it all the same, and needs no network for it", async () => {
    const mirror = join(world.folder, "mirror");
    world.write("mirror/tool", program);
    const context = world.context(pinned(), { mirror, offline: true });
    await obtainTool(context, "tool");
    assert.ok(await findTool(context, "tool"));
    assert.deepEqual(world.requests, []);
  });

  it("refuses a changed file in the mirror by its path", async () => {
    const mirror = join(world.folder, "mirror");
    world.write("mirror/linux-amd64/tool", "changed");
    world.write("mirror/tool", program);
    await assert.rejects(obtainTool(world.context(pinned(), { mirror }), "tool"), (error: ToolchainError) => {
      assert.equal(error.code, "checksum");
      assert.match(error.message, /mirror\/linux-amd64\/tool/);
      return true;
    });
  });

  it("asks once whether a host answers and remembers a no", async () => {
    const gone = pinned({ url: "http://127.0.0.1:9/tool" });
    const context = world.context(gone);
    await assert.rejects(obtainTool(context, "tool"), /no answer from 127\.0\.0\.1:9/);
    assert.equal(context.memo.get("reachable:http://127.0.0.1:9", 60_000), "no");
    assert.ok(!(await findTool(context, "tool")));
    assert.ok(new ToolchainError("download", "a", "b") instanceof Error);
  });
});

/** A tar archive of plain files. */
function tar(files: Record<string, string>): Buffer {
  const blocks: Buffer[] = [];
  for (const [name, content] of Object.entries(files)) {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write("0000644\x000000000\x000000000\0", 100);
    header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("00000000000\0        0", 136);
    header.write("ustar\x0000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
    body.write(content);
    blocks.push(header, body);
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
