import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "mocha";
import { machinesFirst } from "../../../commands/machinesFirst.ts";
import { siteKubeconfigPath } from "../../../components/k3s/names.ts";
import type { SiteConfig } from "../../../components/site/config.ts";
import { startTestApiServer, type TestApiServer } from "../../support/doctor/apiServer.ts";

describe("a run on a site whose cluster does not answer", () => {
  const site = { name: "garage", nodes: [{ host: "local" }] } as unknown as SiteConfig;
  const kept = process.env["PULUMI_AKASH_STATE"];
  const write = process.stderr.write;
  let folder: string;
  let api: TestApiServer;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-first-"));
    process.env["PULUMI_AKASH_STATE"] = folder;
    api = await startTestApiServer();
    mkdirSync(join(folder, "garage"));
    writeFileSync(siteKubeconfigPath("garage"), api.kubeconfig);
  });

  beforeEach(() => {
    api.starting = false;
    process.stderr.write = () => true;
  });

  after(async () => {
    process.stderr.write = write;
    await api.stop();
    rmSync(folder, { recursive: true });
    if (kept === undefined) delete process.env["PULUMI_AKASH_STATE"];
    else process.env["PULUMI_AKASH_STATE"] = kept;
  });

  const first = () => machinesFirst(site).finally(() => (process.stderr.write = write));

  it("is confined to its machines while K3s starts, and only then", async () => {
    assert.deepEqual(await first(), []);
    api.starting = true;
    assert.deepEqual(await first(), ["--target", "**::garage-nodes-**"]);
  });
});
