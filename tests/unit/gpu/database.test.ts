import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { commonModels } from "../../../components/gpu/commonModels.ts";
import { GpuDatabaseInvalid, loadGpuDatabase, parseGpuDatabase } from "../../../components/gpu/database.ts";

const upstream = JSON.stringify({
  "10de": {
    name: "nvidia",
    devices: {
      "2B85": { name: "rtx5090", interface: "PCIe", memory_size: "32Gi" },
      "20b3": { name: "a100", interface: "SXM4", memory_size: "64Gi" },
    },
  },
});

describe("parseGpuDatabase", () => {
  it("reads the upstream form, with interfaces in the network's terms", () => {
    const database = parseGpuDatabase("test", upstream);
    assert.deepEqual(database.get("10de:2b85"), {
      vendor: "nvidia",
      model: "rtx5090",
      memory: "32Gi",
      interface: "pcie",
    });
    assert.equal(database.get("10de:20b3")?.interface, "sxm");
  });

  it("takes a device without memory or interface for what it is", () => {
    const bare = '{"1002":{"name":"amd","devices":{"738c":{"name":"mi100","memory_size":"","interface":7}}}}';
    assert.deepEqual(parseGpuDatabase("test", bare).get("1002:738c"), { vendor: "amd", model: "mi100" });
  });

  it("refuses anything else and says where it came from", () => {
    const broken = [
      '{"10de":[]}',
      '{"10de":{"name":"nvidia","devices":{"1":null}}}',
      "<html>",
      "[]",
      "{}",
      '{"10de":{"name":"nvidia"}}',
      '{"10de":{"name":"nvidia","devices":{"1":{}}}}',
    ];
    for (const text of broken) {
      assert.throws(
        () => parseGpuDatabase("https://example.com/gpus", text),
        (error: unknown) => error instanceof GpuDatabaseInvalid && error.message.includes("example.com"),
      );
    }
  });
});

describe("loadGpuDatabase", () => {
  let folder: string;
  let server: Server;
  let url: string;
  let answer: { status: number; body: string };
  let requests: number;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gpus-"));
    answer = { status: 200, body: upstream };
    requests = 0;
    server = createServer((_request, response) => {
      requests += 1;
      if (answer.status === 0) return; // never answers
      response.writeHead(answer.status).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/devices/gpus`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const load = (now: string, timeoutMs = 2000) =>
    loadGpuDatabase({ url, cacheFile: join(folder, "sub", "gpus.json"), now: new Date(now), timeoutMs });

  it("fetches once, then reads the cache until it is a day old", async () => {
    assert.equal((await load("2026-01-01T00:00:00Z")).source, "network");
    const second = await load("2026-01-01T23:00:00Z");
    assert.equal(second.source, "cache");
    assert.equal(second.database.get("10de:2b85")?.model, "rtx5090");
    assert.equal(requests, 1);
    assert.equal((await load("2026-01-02T01:00:00Z")).source, "network");
    assert.equal(requests, 2);
  });

  it("keeps to the stale cache when the source fails, and says why", async () => {
    await load("2026-01-01T00:00:00Z");
    for (const broken of [
      { status: 503, body: "" },
      { status: 200, body: "<html>" },
    ]) {
      answer = broken;
      const { database, source, reason } = await load("2026-02-01T00:00:00Z");
      assert.equal(source, "cache");
      assert.match(reason ?? "", /503|JSON/);
      assert.equal(database.size, 2);
    }
  });

  it("falls back to the common models when there is nothing else, in the time limit", async () => {
    answer = { status: 0, body: "" };
    const started = Date.now();
    const { database, source, reason } = await load("2026-01-01T00:00:00Z", 100);
    assert.equal(source, "common");
    assert.equal(database, commonModels);
    assert.ok(reason);
    assert.ok(Date.now() - started < 1500);
  });

  it("does not trust a broken cache or one of another address", async () => {
    const cacheFile = join(folder, "gpus.json");
    const contents = [
      "not json",
      JSON.stringify({ url: "http://other", fetchedAt: "2026-01-01", body: upstream }),
    ];
    for (const content of contents) {
      await writeFile(cacheFile, content);
      const { source } = await loadGpuDatabase({ url, cacheFile, now: new Date("2026-01-01T01:00:00Z") });
      assert.equal(source, "network");
    }
  });
});

describe("commonModels", () => {
  const published = process.env["GPU_DATABASE_FILE"] ?? "../shared/data/gpus.json";

  it("agrees with the network's database", async function () {
    const text = await readFile(published, "utf8").catch(() => undefined);
    if (text === undefined) {
      console.log(
        `      no copy of the network's database at ${published}; set GPU_DATABASE_FILE to compare`,
      );
      this.skip();
    }
    const database = parseGpuDatabase(published, text);
    for (const [id, model] of commonModels) assert.deepEqual(database.get(id), model, id);
  });
});
