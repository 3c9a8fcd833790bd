import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import {
  expandTools,
  findPinProblem,
  loadPins,
  platformOf,
  toolchainFolder,
} from "../../../toolchain/pins.ts";

describe("pins.json", () => {
  const pins = loadPins();
  const modules = Object.entries(pins.binaries).flatMap(([tool, pin]) =>
    pin.module ? [{ tool, ...pin.module }] : [],
  );

  for (const { tool, wrapper, path, version } of modules) {
    it(`${tool}: its wrapper requires ${path} ${version} and carries go.sum`, () => {
      const folder = join(toolchainFolder, "modules", wrapper);
      const requires = readFileSync(join(folder, "go.mod"), "utf8")
        .split("\n")
        .map((line) => line.trim());
      const line = `${path} ${version}`;
      assert.ok(
        requires.some((text) => text === line || text === `require ${line}`),
        `go.mod does not require ${line}`,
      );
      assert.ok(readFileSync(join(folder, "go.sum"), "utf8").includes(`${path} ${version} h1:`));
    });
  }

  it("builds every wrapper module there is", () => {
    const used = new Set(modules.map((module) => module.wrapper));
    assert.deepEqual(readdirSync(join(toolchainFolder, "modules")).sort(), [...used].sort());
  });

  it("agrees with the npm packages whose plugins it pins", () => {
    const { dependencies } = JSON.parse(readFileSync(join(toolchainFolder, "../package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    assert.equal(pins.binaries["pulumi-resource-kubernetes"]?.version, dependencies["@pulumi/kubernetes"]);
    for (const [name, pin] of Object.entries(pins.plugins))
      assert.equal(pin.version, dependencies[`@pulumi/${name}`]);
  });

  it("names the entry that is wrong", () => {
    const broken = (change: (copy: typeof pins) => void) => {
      const copy = structuredClone(pins);
      change(copy);
      return findPinProblem(copy) ?? "";
    };
    const etcd = (copy: typeof pins) => copy.binaries.etcd?.release?.["linux/amd64"] ?? { url: "" };
    assert.equal(findPinProblem(pins), undefined);
    assert.match(
      broken((copy) => Object.assign(etcd(copy), { checksums: undefined })),
      /neither sha256 nor/,
    );
    assert.match(
      broken((copy) => Object.assign(etcd(copy), { sha256: "12" })),
      /not 64 hex digits/,
    );
    assert.match(
      broken((copy) => Object.assign(etcd(copy), { url: "http://x/y" })),
      /etcd.*not https/,
    );
    assert.match(
      broken((copy) => Object.assign(copy.binaries.etcd ?? {}, { version: "" })),
      /etcd has no version/,
    );
    assert.match(
      broken((copy) => Object.assign(copy.binaries.etcd ?? {}, { bundledWith: "x" })),
      /not pinned/,
    );
    assert.match(
      broken((copy) => Object.assign(copy.images, { a: {} })),
      /images\.a has no version/,
    );
    assert.match(
      broken((copy) => Object.assign(copy.charts["cert-manager"] ?? {}, { moduleSha256: "12" })),
      /charts\.cert-manager\.moduleSha256 is not 64 hex digits/,
    );
  });

  it("expands groups in pin order and refuses unknown names", () => {
    assert.deepEqual(expandTools(pins, ["pulumi", "engine"]), [
      "pulumi",
      "pulumi-language-nodejs",
      "pulumi-resource-kubernetes",
    ]);
    assert.throws(() => expandTools(pins, ["pulumy"]), /`pulumy` is neither a tool nor a group/);
    assert.throws(() => platformOf("win32", "x64"), /not on win32\/x64/);
    assert.equal(platformOf("darwin", "arm64"), "darwin/arm64");
  });

  it("is read by the shell just as here", () => {
    const script = `
      toolchain=${toolchainFolder}
      eval "$(sed -n '/^pin() {/,/^}/p;/^at_least() {/,/^}/p' "$toolchain/node.sh")"
      for p in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64; do pin node url $p; pin node sha256 $p; done
      pin node version; pin node minimum; pin node npm; pin go version
      at_least 22.18.0 22.18.0 && at_least 24.1.0 22.18.0 && ! at_least 22.17.9 22.18.0 && ! at_least 20.20.2 22.18.0 && echo ok`;
    const result = spawnSync("sh", ["-c", script], { encoding: "utf8" });
    const { node, go } = pins;
    const releases = ["linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64"] as const;
    const expected = [
      ...releases.flatMap((platform) => [node.release[platform]?.url, node.release[platform]?.sha256]),
      ...[node.version, node.minimum, node.npm, go.version, "ok", ""],
    ];
    assert.equal(result.stdout, expected.join("\n"));
  });

  it("has the script the engine looks for", () => {
    assert.ok(existsSync(join(toolchainFolder, "bin", "pulumi-resource-pulumi-nodejs")));
  });
});

describe("wrapper modules", () => {
  const folder = join(toolchainFolder, "modules");

  it("have one version of what several of them compile, which the build cache then has once", () => {
    // What Kubernetes, its plugin and kwok are made of; the rest is small.
    const shared =
      /^(golang\.org\/x\/|google\.golang\.org\/(grpc|protobuf|genproto\/)|go\.opentelemetry\.io\/otel|go\.etcd\.io\/etcd\/(api|client)|go\.yaml\.in\/yaml\/v[23]$|github\.com\/(davecgh|go-openapi|mailru|moby|pmezard|prometheus)\/|gopkg\.in\/evanphx|k8s\.io\/(?!cri-)|sigs\.k8s\.io\/)/;
    const versions = new Map<string, Map<string, string[]>>();
    for (const wrapper of readdirSync(folder)) {
      // Its Cosmos SDK is held back by replaces.
      if (wrapper === "akash") continue;
      const text = readFileSync(join(folder, wrapper, "go.mod"), "utf8");
      // The required version counts, whatever replaces it: it is in the names of compiled files.
      const required = text.replace(/^(?:replace|exclude) (?:\([\s\S]*?^\)|.*$)/gm, "");
      for (const [, path = "", version = ""] of required.matchAll(/^\s+(\S+) (v\S+)/gm)) {
        if (!shared.test(path)) continue;
        const byVersion = versions.get(path) ?? new Map<string, string[]>();
        byVersion.set(version, [...(byVersion.get(version) ?? []), wrapper]);
        versions.set(path, byVersion);
      }
    }
    assert.ok(versions.size > 20);
    const differing = [...versions].filter(([, byVersion]) => byVersion.size > 1);
    assert.deepEqual(Object.fromEntries(differing.map(([path, by]) => [path, Object.fromEntries(by)])), {});
  });
});
