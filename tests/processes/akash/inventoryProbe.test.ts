import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "mocha";
import { planOperator } from "../../../components/akash/workloads/operator.ts";

/** A node as the inventory operator tells it (`inventory/v1` of chain-sdk). */
const node = (name: string, gpus: string, info: readonly object[] | null = null) => ({
  name,
  resources: { gpu: { quantity: { allocatable: gpus, allocated: "0", capacity: gpus }, info } },
});
const card = { vendor: "nvidia", name: "rtx5090", modelid: "2b85", interface: "pcie", memory_size: "32Gi" };

/** The inventory operator's liveness probe as it stands in its Deployment, in a real shell with curl and jq. */
describe("the inventory operator's probe", function () {
  this.timeout(30_000);
  let folder = "";
  let home = "";
  let server: Server;
  let answer: { readonly status: number; readonly body: string };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "inventory-"));
    server = createServer((request, response) => {
      const found = request.url === "/v1/inventory" ? answer : { status: 404, body: "" };
      response.writeHead(found.status).end(found.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const which = (program: string) => spawnSync("which", [program], { encoding: "utf8" }).stdout.trim();
    // The probe asks port 8080 of its pod, which another program may have here.
    const there = `127.0.0.1:8080:127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(join(folder, "curl"), `#!/bin/sh\nexec ${which("curl")} --connect-to ${there} "$@"\n`);
    chmodSync(join(folder, "curl"), 0o755);
    symlinkSync(which("jq"), join(folder, "jq"));
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The container's first process began at this moment; a restart is another one. */
  function startContainer(moment: number): void {
    writeFileSync(join(folder, "cut"), `#!/bin/sh\necho ${moment}\n`);
    chmodSync(join(folder, "cut"), 0o755);
  }

  function probe(inventory: unknown, status = 200): Promise<boolean> {
    answer = { status, body: typeof inventory === "string" ? inventory : JSON.stringify(inventory) };
    const plan = planOperator<string>({ component: "inventory", image: "image", environment: [] });
    const { livenessProbe } = plan.template.spec.containers[0] ?? assert.fail();
    const [program = "", ...args] = "exec" in livenessProbe ? livenessProbe.exec.command : [];
    const env = { PATH: `${folder}:/bin`, HOME: home };
    return new Promise((resolve) => execFile(program, args, { env }, (error) => resolve(error === null)));
  }

  beforeEach(() => {
    home = mkdtempSync(join(folder, "home-"));
    startContainer(1000);
  });

  it("is content with nodes, with named GPUs and without any", async () => {
    assert.equal(await probe({ nodes: [node("a", "0")], storage: [] }), true);
    assert.equal(await probe({ nodes: [node("a", "0", []), node("b", "1", [card])] }), true);
  });

  it("asks for a restart without nodes, or with GPUs that have no name", async () => {
    assert.equal(await probe({ nodes: [] }), false);
    assert.equal(await probe({ nodes: null }), false);
    assert.equal(await probe({}), false);
    assert.equal(await probe({ nodes: [node("a", "0"), node("b", "1")] }), false);
    assert.equal(await probe({ nodes: [node("a", "2", [])] }), false);
  });

  it("asks for one restart, not for ever, where a card has no name afterwards either", async () => {
    const unknown = { nodes: [node("a", "1", [card]), node("b", "1")] };
    // As often as it takes until the kubelet restarts the container.
    for (let attempt = 0; attempt < 5; attempt++) assert.equal(await probe(unknown), false);
    startContainer(2000);
    assert.equal(await probe(unknown), true);
    assert.equal(await probe(unknown), true);
    assert.equal(await probe({ nodes: [] }), false);
    // Another node is another reason, and so is the same one once it had a name.
    assert.equal(await probe({ nodes: [...unknown.nodes, node("c", "1")] }), false);
    startContainer(3000);
    assert.equal(await probe({ nodes: [node("b", "1", [card])] }), true);
    assert.equal(await probe(unknown), false);
  });

  it("asks for one where the answer is an error, or no inventory", async () => {
    assert.equal(await probe({ nodes: [node("a", "0")] }, 500), false);
    assert.equal(await probe("<html>"), false);
    assert.equal(await probe(""), false);
  });
});
