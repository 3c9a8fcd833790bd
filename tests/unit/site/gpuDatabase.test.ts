import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { Cluster } from "../../../components/cluster/index.ts";
import { gpuDatabaseUrl } from "../../../components/gpu/database.ts";
import { detectGpus } from "../../../components/site/observe.ts";

describe("the network's GPU database", () => {
  const before = process.env["PULUMI_AKASH_CACHE"];
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "pulumi-akash-gpus-"));
    process.env["PULUMI_AKASH_CACHE"] = cache;
  });
  afterEach(() => {
    if (before === undefined) delete process.env["PULUMI_AKASH_CACHE"];
    else process.env["PULUMI_AKASH_CACHE"] = before;
    rmSync(cache, { recursive: true });
  });

  it("is kept in the toolchain's cache folder, wherever that is", async () => {
    const devices = { "0001": { name: "unheard-of", interface: "PCIe", memory_size: "7Gi" } };
    const body = JSON.stringify({ "10de": { name: "nvidia", devices } });
    const kept = { url: gpuDatabaseUrl, fetchedAt: new Date().toISOString(), body };
    writeFileSync(join(cache, "gpus.json"), JSON.stringify(kept));
    const labels = { "feature.node.kubernetes.io/pci-0300_10de_0001.present": "true" };
    const node = { metadata: { name: "one", labels }, status: { allocatable: { "nvidia.com/gpu": "1" } } };
    const found = await detectGpus({ get: async () => ({ items: [node] }) } as unknown as Cluster);
    assert.deepEqual(
      found.devices.map(({ model, memory }) => [model, memory]),
      [["unheard-of", "7Gi"]],
    );
  });
});
