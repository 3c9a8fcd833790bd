import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { after, before, describe, it } from "mocha";
import { ensureToolchain } from "../../toolchain/index.ts";

/** What Pulumi Cloud answers to a person who is logged in; other questions have an empty answer. */
const answers: Readonly<Record<string, unknown>> = {
  "/api/user": { githubLogin: "somebody", name: "Somebody", organizations: [] },
  "/api/openapi/pulumi-spec.json": { openapi: "3.0.0", info: { title: "API", version: "1" }, paths: {} },
};

/** What an engine built from its module does without (toolchain/modules/pulumi/openapi). */
describe("an engine that was built from its source", () => {
  let home: string;
  let cloud: Server;

  before((done) => {
    home = mkdtempSync(join(tmpdir(), "pulumi-akash-engine-"));
    cloud = createServer(({ url = "" }, response) => response.end(JSON.stringify(answers[url] ?? {})));
    cloud.listen(0, "127.0.0.1", done);
  });

  after(() => {
    cloud.close();
    rmSync(home, { recursive: true });
  });

  it("says what `pulumi api` lacks, and where it is to be had", async function () {
    const toolchain = await ensureToolchain({ tools: ["engine"], silent: true });
    const { port } = cloud.address() as AddressInfo;
    const env = {
      ...toolchain.env,
      PULUMI_HOME: home,
      PULUMI_API: `http://127.0.0.1:${port}`,
      PULUMI_BACKEND_URL: `http://127.0.0.1:${port}`,
      PULUMI_ACCESS_TOKEN: "nobody's",
    };
    const listed = promisify(execFile)(toolchain.path("pulumi"), ["api", "list"], { env });
    const failure = await listed.then(
      () => undefined,
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    );
    // An official release reads the description.
    if (failure === undefined) this.skip();
    assert.match(failure, /without the reader of OpenAPI documents; use an official release of Pulumi/);
  });
});
