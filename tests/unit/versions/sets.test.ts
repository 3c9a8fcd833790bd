import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { lte } from "semver";
import { checkCompatibility } from "../../../components/akash/compatibility.ts";
import { CHART_VERSION, PROVIDER_VERSION } from "../../../components/akash/versions.ts";
import { parseSiteConfig } from "../../../components/site/config.ts";
import { managedVersions, siteVersions } from "../../../components/site/versions.ts";
import {
  DEFAULT_VERSION_SET,
  observedVersions,
  VERSION_SETS,
  VersionSetUnknown,
  versionSet,
} from "../../../components/versions/index.ts";
import { loadPins } from "../../../toolchain/pins.ts";
import { declaration } from "../site/declarations.ts";

const PACKAGE = join(import.meta.dirname, "..", "..", "..", "package.json");

describe("version sets", () => {
  const pins = loadPins();

  it("name only what can be had: each release is pinned, and speaks today's chain", () => {
    for (const name of VERSION_SETS) {
      const set = versionSet(name);
      assert.ok(pins.k3s.releases[set.k3s], `${name}: K3s ${set.k3s}`);
      assert.equal(set.gpuOperator, pins.charts["gpu-operator"]?.version, name);
      assert.ok(checkCompatibility("v2", set.provider).compatible, name);
    }
  });

  it("go with this package: none asks for a release of it that is not there yet", () => {
    const { version } = JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string };
    for (const name of VERSION_SETS) {
      const { package: tested } = versionSet(name);
      assert.ok(lte(tested, version), `${name}: ${tested} is newer than ${version}`);
    }
  });

  it("make the pinned releases the default", () => {
    const { provider, k3s, chart } = versionSet();
    assert.deepEqual([provider, k3s, chart], [PROVIDER_VERSION, pins.k3s.version, CHART_VERSION]);
    assert.equal(DEFAULT_VERSION_SET, VERSION_SETS[0]);
  });

  it("are asked for by a site, whose own fields win", () => {
    assert.equal(siteVersions(parseSiteConfig(declaration())).name, DEFAULT_VERSION_SET);
    const older = parseSiteConfig(declaration({ versions: "2026-07" }));
    assert.equal(siteVersions(older).provider, "0.16.1");
    const own = parseSiteConfig(declaration({ versions: "2026-07", provider: { version: "0.15.0" } }));
    assert.equal(siteVersions(own).provider, "0.15.0");
    assert.equal(siteVersions(own).k3s, siteVersions(older).k3s);
  });

  it("are refused by name where there is none", () => {
    assert.throws(() => parseSiteConfig(declaration({ versions: "2019-01" })), /versions.*2026-08/);
    assert.throws(() => versionSet("2019-01"), VersionSetUnknown);
  });

  it("bring about K3s and GPU operator only where they are the site's own", () => {
    const { k3s, gpuOperator, provider } = versionSet();
    assert.deepEqual(managedVersions(parseSiteConfig(declaration())), { provider });
    const { cluster: _, ...rest } = declaration();
    const own = parseSiteConfig({ ...rest, nodes: [{ host: "203.0.113.10" }], gpu: { operator: "chart" } });
    assert.deepEqual(managedVersions(own), { provider, k3s, gpuOperator });
  });
});

describe("the versions of a cluster", () => {
  const cluster = (objects: Readonly<Record<string, unknown>>) => ({
    get: async <T>(path: string) => objects[path.split("/").at(-1) ?? ""] as T | undefined,
  });
  const running = (image: string, chart?: string) => ({
    metadata: { labels: chart === undefined ? {} : { "helm.sh/chart": chart } },
    spec: { template: { spec: { containers: [{ image }] } } },
  });
  const node = (kubeletVersion: string) => ({ status: { nodeInfo: { kubeletVersion } } });

  it("are read from what runs in it", async () => {
    const found = await observedVersions(
      cluster({
        "akash-provider": running("ghcr.io/akash-network/provider:0.16.1"),
        "gpu-operator": running("nvcr.io/nvidia/gpu-operator:v26.3.3", "gpu-operator-v26.3.3"),
        nodes: { items: [node("v1.34.10+k3s1"), node("v1.34.3+k3s1")] },
      }),
    );
    assert.deepEqual(found, { provider: "0.16.1", gpuOperator: "v26.3.3", k3s: "v1.34.3+k3s1" });
  });

  it("leave out what is not there, is not K3s, or names no release", async () => {
    assert.deepEqual(await observedVersions(cluster({ nodes: { items: [node("v1.34.3")] } })), {});
    assert.deepEqual(
      await observedVersions(cluster({ "akash-provider": running("localhost:5000/provider") })),
      {},
    );
    const digest = running("localhost:5000/akash/provider:0.16.2@sha256:00");
    assert.deepEqual(await observedVersions(cluster({ "akash-provider": digest })), { provider: "0.16.2" });
  });
});
