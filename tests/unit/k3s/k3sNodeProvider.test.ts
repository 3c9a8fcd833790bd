import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { HostUnreachable } from "../../../components/hosts/errors.ts";
import { handler } from "../../../components/k3s/k3sNodeProvider.ts";
import type { NodeInputs } from "../../../components/k3s/nodeInputs.ts";
import { planCluster } from "../../../components/k3s/planCluster.ts";
import { closedPort } from "../../support/hosts/sshServer.ts";

describe("a node whose machine is off", () => {
  let node: NodeInputs;

  before(async () => {
    const address = { host: "127.0.0.1", port: await closedPort(), hostKey: `SHA256:${"A".repeat(43)}` };
    const [planned] = planCluster("garage", [{ name: "host-1", address }]).servers;
    assert.ok(planned);
    node = planned;
  });

  const update = (olds: NodeInputs, news: NodeInputs) => handler().update?.("garage/host-1", olds, news);

  it("is left as it is by an update that could do nothing but switch it on, and says so", async () => {
    const log = console.log;
    const said: string[] = [];
    console.log = (line: string) => said.push(line);
    const off = { ...node, service: "unreachable", ready: false };
    try {
      assert.deepEqual(await update(off, node), { outs: off });
    } finally {
      console.log = log;
    }
    assert.match(said.join("\n"), /^host-1 .*: left as it is\. .*can't be reached over SSH/);
  });

  it("ends an update that was to change something, or found it on when it was read", async () => {
    const off = { ...node, service: "unreachable", ready: false };
    await assert.rejects(async () => update(off, { ...node, labels: { tier: "gold" } }), HostUnreachable);
    await assert.rejects(async () => update({ ...node, service: "inactive" }, node), HostUnreachable);
  });
});
