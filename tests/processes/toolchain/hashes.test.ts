import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { addHashes, type HashFinding } from "../../../toolchain/hashes.ts";
import type { Pins } from "../../../toolchain/pins.ts";
import { silentProgress } from "../../../toolchain/progress.ts";
import { openWorld, program, sha256, type World } from "./world.ts";

describe("hashes of releases", () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());

  const other = "0".repeat(64);
  const url = () => `${world.origin}/dl/tool`;
  const checksums = () => `${world.origin}/dl/SHA256SUMS`;
  function pinsWith(release: { sha256?: string }): Pins {
    const { pins } = world.context({
      tool: {
        version: "1.2.3",
        group: "engine",
        release: { "linux/amd64": { url: url(), checksums: checksums(), ...release } },
      },
    });
    return pins;
  }
  const pinned = (pins: Pins) => pins.binaries["tool"]?.release?.["linux/amd64"]?.sha256;
  const outcomes = (findings: HashFinding[]) =>
    findings.map(({ where, outcome }) => [where, outcome] as const);
  const tool = 'binaries.tool.release["linux/amd64"]';

  it("are taken from the publisher's list, which is asked once for all that it lists", async () => {
    world.routes.set("/dl/SHA256SUMS", `${other}  other\n${sha256(program)}  tool\n`);
    const pins = pinsWith({});
    const images = { url: `${world.origin}/dl/other`, checksums: checksums() };
    pins.k3s.releases["v1.34.3+k3s1"] = {
      "linux/amd64": { binary: { url: url(), checksums: checksums() }, images },
    };
    assert.deepEqual(outcomes(await addHashes(pins, silentProgress)), [
      [tool, "added"],
      ['k3s.releases["v1.34.3+k3s1"]["linux/amd64"].binary', "added"],
      ['k3s.releases["v1.34.3+k3s1"]["linux/amd64"].images', "added"],
    ]);
    assert.equal(pinned(pins), sha256(program));
    assert.equal(pins.k3s.releases["v1.34.3+k3s1"]["linux/amd64"]?.images.sha256, other);
    assert.deepEqual(world.requests, ["/dl/SHA256SUMS"]);
  });

  it("stay as they are pinned, and the publisher's other one is named", async () => {
    world.routes.set("/dl/SHA256SUMS", `${sha256(program)}  tool\n`);
    const same = pinsWith({ sha256: sha256(program) });
    assert.deepEqual(outcomes(await addHashes(same, silentProgress)), [[tool, "same"]]);
    const changed = pinsWith({ sha256: other });
    assert.deepEqual(await addHashes(changed, silentProgress), [
      { where: tool, outcome: "differs", detail: sha256(program) },
    ]);
    assert.equal(pinned(changed), other);
  });

  it("are not made up where the publisher does not answer or does not list the file", async () => {
    const pins = pinsWith({});
    const [refused] = await addHashes(pins, silentProgress);
    assert.equal(refused?.outcome, "unknown");
    assert.match(refused?.detail ?? "", /SHA256SUMS answered 404/);
    world.routes.set("/dl/SHA256SUMS", `${other}  other\n${other}  another\n`);
    const [unlisted] = await addHashes(pins, silentProgress);
    assert.match(unlisted?.detail ?? "", /gives no SHA-256 for tool/);
    assert.equal(pinned(pins), undefined);
    // One that is pinned does not need the publisher.
    world.routes.delete("/dl/SHA256SUMS");
    assert.deepEqual(await addHashes(pinsWith({ sha256: other }), silentProgress), []);
  });

  it("of a chart are those of its archive", async () => {
    const pins = pinsWith({ sha256: other });
    pins.charts["stack"] = { version: "1.0.0", url: `${world.origin}/dl/stack-1.0.0.tgz` };
    pins.charts["registry"] = { version: "1.0.0", url: "oci://registry.example/stack" };
    world.routes.set("/dl/stack-1.0.0.tgz", "archive");
    assert.deepEqual(outcomes(await addHashes(pins, silentProgress)), [["charts.stack", "added"]]);
    assert.equal(pins.charts["stack"].sha256, sha256("archive"));
  });
});
