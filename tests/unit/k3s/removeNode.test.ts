import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "mocha";
import { disconnectAll } from "../../../components/hosts/connect.ts";
import { handler as preparationHandler } from "../../../components/hosts/hostPreparationProvider.ts";
import type { HostAddress } from "../../../components/hosts/types.ts";
import { siteKubeconfigPath } from "../../../components/k3s/names.ts";
import type { NodeInputs } from "../../../components/k3s/nodeInputs.ts";
import { planCluster } from "../../../components/k3s/planCluster.ts";
import { removeNode } from "../../../components/k3s/removal/remove.ts";
import { startTestApiServer, type TestApiServer } from "../../support/doctor/apiServer.ts";
import { type SshServer, startSshServer } from "../../support/hosts/sshServer.ts";

/** A machine that shows another key than the one it was known by, and the cluster that had it. */
describe("removing a node whose machine was set up anew", () => {
  let folder: string;
  let machine: SshServer;
  let api: TestApiServer;
  let env: Record<string, string>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-remove-"));
    env = { PULUMI_AKASH_STATE: folder };
    [machine, api] = await Promise.all([startSshServer(), startTestApiServer()]);
    mkdirSync(join(folder, "garage"));
    writeFileSync(siteKubeconfigPath("garage", env), api.kubeconfig);
  });

  beforeEach(() => {
    api.objects.clear();
    api.down = false;
  });

  after(async () => {
    disconnectAll();
    await Promise.all([machine.stop(), api.stop()]);
    rmSync(folder, { recursive: true });
  });

  const address = (): HostAddress => ({
    host: "127.0.0.1",
    port: machine.port,
    hostKey: `SHA256:${"A".repeat(43)}`,
  });

  function agent(): NodeInputs {
    const server = { name: "host-1", address: { host: "127.0.0.1", port: 1 } };
    const [planned] = planCluster("garage", [server, { name: "host-2", address: address() }]).agents;
    assert.ok(planned);
    return { ...planned, api: JSON.parse(api.kubeconfig).clusters[0].cluster.server };
  }

  function know(name: string, ready: boolean, labels: Record<string, string> = {}): void {
    const lastTransitionTime = "2020-01-01T00:00:00Z";
    const conditions = [{ type: "Ready", status: ready ? "True" : "Unknown", lastTransitionTime }];
    api.objects.set(`/api/v1/nodes/${name}`, { metadata: { name, labels }, status: { conditions } });
  }

  it("forgets what the cluster has missed for long, and does nothing on the machine", async () => {
    know("host-1", true, { "node-role.kubernetes.io/control-plane": "true" });
    know("host-2", false);
    const said: string[] = [];
    const steps = await removeNode(agent(), { env, progress: (line) => said.push(line) });
    assert.deepEqual(steps, ["delete-node"]);
    assert.deepEqual([...api.objects.keys()], ["/api/v1/nodes/host-1"]);
    assert.match(said[0] ?? "", /127\.0\.0\.1.* shows the key .*Nothing is done on it\./);
  });

  it("takes it for no machine that is gone while the cluster sees it, unless told", async () => {
    know("host-1", true, { "node-role.kubernetes.io/control-plane": "true" });
    know("host-2", true);
    await assert.rejects(removeNode(agent(), { env }), /the cluster sees it.*unreachable:host-2/);
    const agreed = { ...env, PULUMI_AKASH_ALLOW: "unreachable:host-2" };
    assert.deepEqual(await removeNode(agent(), { env: agreed }), ["delete-node"]);
  });

  it("guesses nothing where no server answers either", async () => {
    api.down = true;
    await assert.rejects(
      removeNode(agent(), { env }),
      /Neither 127\.0\.0\.1 nor any server of garage answers/,
    );
  });

  it("lets go of its preparation", async () => {
    const warn = console.warn;
    const said: string[] = [];
    console.warn = (line: string) => said.push(line);
    try {
      await preparationHandler().delete?.("127.0.0.1", { address: address() });
    } finally {
      console.warn = warn;
    }
    assert.match(said.join("\n"), /shows the key .*What was set up there stays as it is\./);
  });
});
