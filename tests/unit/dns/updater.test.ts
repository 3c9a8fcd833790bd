import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import { updaterScript } from "../../../components/dns/updater.ts";

/** The part of Cloudflare's API that the script uses, and two services that say the caller's address. */
interface StandIn {
  readonly server: Server;
  readonly url: string;
  readonly records: Map<string, string>;
  readonly requests: string[];
  addresses: [string, string];
}

async function standIn(): Promise<StandIn> {
  const records = new Map([
    ["r1", "203.0.113.1"],
    ["r2", "203.0.113.9"],
  ]);
  const requests: string[] = [];
  const addresses: [string, string] = ["203.0.113.9\n", "203.0.113.9"];
  const server = createServer(async (request, response) => {
    const path = request.url ?? "";
    if (path.startsWith("/ip/")) return response.end(addresses[path === "/ip/1" ? 0 : 1]);
    if (request.headers.authorization !== "Bearer scoped-token") return response.writeHead(403).end();
    const id = path.split("/").at(-1) ?? "";
    let body = "";
    for await (const chunk of request) body += String(chunk);
    requests.push(`${request.method} ${path}`);
    if (request.method === "PATCH") records.set(id, (JSON.parse(body) as { content: string }).content);
    return response.end(JSON.stringify({ success: true, result: { id, content: records.get(id) } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server, url, records, requests, addresses };
}

describe("the address updater's script", () => {
  let cloud: StandIn;
  let folder: string;

  before(function () {
    if (spawnSync("curl", ["--version"]).status === 0) return;
    console.log("      skipped: curl is not installed");
    this.skip();
  });
  beforeEach(async () => {
    cloud = await standIn();
    folder = await mkdtemp(join(tmpdir(), "updater-"));
    await writeFile(join(folder, "header"), "Authorization: Bearer scoped-token");
    await writeFile(join(folder, "update.sh"), updaterScript.replace("/credentials", folder));
  });
  afterEach(async () => {
    cloud?.server.close();
    if (folder) await rm(folder, { recursive: true });
  });

  function run(): Promise<{ code: number; output: string }> {
    const env = {
      PATH: process.env["PATH"],
      ADDRESS_SERVICE_1: `${cloud.url}/ip/1`,
      ADDRESS_SERVICE_2: `${cloud.url}/ip/2`,
      API: cloud.url,
      ZONE_ID: "zone",
      RECORD_IDS: "r1 r2",
    };
    return new Promise((resolve) => {
      execFile("/bin/sh", [join(folder, "update.sh")], { env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
      });
    });
  }

  it("changes the record that differs and leaves the other", async () => {
    const { code, output } = await run();
    assert.equal(code, 0, output);
    assert.deepEqual([...cloud.records.values()], ["203.0.113.9", "203.0.113.9"]);
    const patched = cloud.requests.filter((request) => request.startsWith("PATCH"));
    assert.deepEqual(patched, ["PATCH /zones/zone/dns_records/r1"]);
    assert.ok(!output.includes("scoped-token"));
  });

  it("changes nothing when the services disagree or answer something else", async () => {
    for (const addresses of [
      ["203.0.113.9", "203.0.113.8"],
      ["<html>", "<html>"],
    ] as [string, string][]) {
      cloud.addresses.splice(0, 2, ...addresses);
      const { code, output } = await run();
      assert.equal(code, 1);
      assert.match(output, /do not agree|not an IPv4 address/);
    }
    assert.deepEqual(cloud.requests, []);
  });

  it("fails where the token is refused", async () => {
    await writeFile(join(folder, "header"), "Authorization: Bearer other");
    assert.notEqual((await run()).code, 0);
    assert.equal(cloud.records.get("r1"), "203.0.113.1");
  });

  it("keeps the token out of the command line", async () => {
    assert.match(await readFile(join(folder, "update.sh"), "utf8"), /--header @/);
  });
});
