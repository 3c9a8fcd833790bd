import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { Host } from "../../../components/hosts/types.ts";
import { locate, releaseFor, stage } from "../../../components/k3s/artefacts.ts";
import { BinaryMissing, VersionUnknown } from "../../../components/k3s/errors.ts";
import { defaultVersion, knownVersions } from "../../../components/k3s/planCluster.ts";
import { loadPins } from "../../../toolchain/pins.ts";

const version = defaultVersion();
const pin = releaseFor(version, "x86_64").binary;
const sha = (text: string) => createHash("sha256").update(text).digest("hex");

describe("K3s's program", () => {
  let mirror: string;
  const put = (name: string, content: string) => writeFileSync(join(mirror, version, name), content);
  beforeEach(() => {
    mirror = mkdtempSync(join(tmpdir(), "k3s-mirror-"));
    mkdirSync(join(mirror, version));
  });
  afterEach(() => rmSync(mirror, { recursive: true }));

  it("is pinned in two minor releases, for both processors, from its official address", () => {
    const minors = knownVersions().map((known) => known.split(".")[1]);
    assert.equal(new Set(minors).size, 2);
    for (const [name, platforms] of Object.entries(loadPins().k3s.releases)) {
      for (const machine of ["x86_64", "aarch64"]) {
        const { binary, images } = releaseFor(name, machine);
        for (const { url } of [binary, images]) {
          assert.ok(
            url.startsWith(`https://github.com/k3s-io/k3s/releases/download/${name.replace("+", "%2B")}/`),
          );
        }
      }
      assert.deepEqual(Object.keys(platforms), ["linux/amd64", "linux/arm64"]);
    }
    assert.throws(() => releaseFor(version, "riscv64"), BinaryMissing);
    assert.throws(() => releaseFor("v1.20.0+k3s1", "x86_64"), VersionUnknown);
  });

  it("comes from the mirror with the SHA-256 of the publisher's list", async () => {
    put("k3s", "program");
    put("sha256sum-amd64.txt", `${sha("images")}  k3s-airgap-images-amd64.tar.zst\n${sha("program")}  k3s\n`);
    const { file, sha256, name } = await locate(version, pin, mirror);
    assert.deepEqual([file, sha256, name], [join(mirror, version, "k3s"), sha("program"), "k3s"]);
  });

  it("is not taken without a checksum, nor from a mirror that lacks it", async () => {
    await assert.rejects(locate(version, pin, mirror), /has no v1\.34\.3\+k3s1\/k3s\. Download https:/);
    put("k3s", "program");
    await assert.rejects(locate(version, pin, mirror), /gives no SHA-256 for k3s/);
  });

  /** A machine that says whether it has the file. */
  function machine(staged: boolean) {
    const written: [string, number][] = [];
    const asked: unknown[] = [];
    const host = {
      name: "root@a",
      async script(_: unknown, desired: unknown) {
        asked.push(desired);
        return { staged, because: "no route to host" };
      },
      async write(path: string, _content: Uint8Array, mode: number) {
        written.push([path, mode]);
      },
    };
    return { host: host as unknown as Host, written, asked };
  }
  const artefact = (content: string, listed = content) => {
    put("k3s", content);
    return { version, name: "k3s", url: pin.url, sha256: sha(listed), file: join(mirror, version, "k3s") };
  };

  it("is sent from the mirror once, and not when the machine has it", async () => {
    const without = machine(false);
    await stage(without.host, artefact("program"), "/staged");
    assert.deepEqual(without.written, [["/staged", 0o755]]);
    // It is not downloaded where there is a mirror.
    assert.deepEqual(without.asked, [{ url: "", sha256: sha("program"), staged: "/staged" }]);
    const has = machine(true);
    await stage(has.host, artefact("program"), "/staged");
    assert.deepEqual(has.written, []);
  });

  it("is never sent when it is not what the publisher listed", async () => {
    const { host, written } = machine(false);
    await assert.rejects(
      stage(host, artefact("tampered", "program"), "/staged"),
      /another SHA-256.*not sent/,
    );
    assert.deepEqual(written, []);
  });
});
