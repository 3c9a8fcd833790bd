import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { disconnectAll } from "../../../components/hosts/connect.ts";
import { siteKubeconfigPath } from "../../../components/k3s/names.ts";
import { observeCluster } from "../../../components/k3s/observeCluster.ts";
import { planCluster } from "../../../components/k3s/planCluster.ts";
import { startTestApiServer, type TestApiServer } from "../../support/doctor/apiServer.ts";
import { keyPair } from "../../support/hosts/keys.ts";
import { closedPort, type SshServer, startSshServer } from "../../support/hosts/sshServer.ts";

describe("a cluster that remembers a server whose machine was set up anew", () => {
  let folder: string;
  let api: TestApiServer;
  /** Runs on this machine, which has no K3s. */
  let fresh: SshServer;
  let env: Record<string, string>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-cluster-"));
    env = { PULUMI_AKASH_STATE: folder };
    const pair = keyPair();
    writeFileSync(join(folder, "key"), pair.private, { mode: 0o600 });
    [api, fresh] = await Promise.all([startTestApiServer(), startSshServer({ keys: [pair.public] })]);
    mkdirSync(join(folder, "garage"));
    writeFileSync(siteKubeconfigPath("garage", env), api.kubeconfig);
  });

  after(async () => {
    disconnectAll();
    await Promise.all([api.stop(), fresh.stop()]);
    rmSync(folder, { recursive: true });
  });

  function know(ready: Readonly<Record<string, boolean>>): void {
    const labels = {
      "node-role.kubernetes.io/control-plane": "true",
      "node-role.kubernetes.io/etcd": "true",
    };
    for (const [name, is] of Object.entries(ready)) {
      const conditions = [{ type: "Ready", status: is ? "True" : "Unknown" }];
      api.objects.set(`/api/v1/nodes/${name}`, { metadata: { name, labels }, status: { conditions } });
    }
  }

  async function machines() {
    const keyFile = join(folder, "key");
    const host = "127.0.0.1";
    const off = await closedPort();
    return [
      { name: "host-1", address: { host, port: fresh.port, keyFile, hostKey: fresh.fingerprint } },
      { name: "host-2", address: { host, port: off, hostKey: fresh.fingerprint } },
      { name: "host-3", address: { host, port: off, hostKey: fresh.fingerprint } },
    ];
  }

  it("has it join the others, although it is listed first", async () => {
    know({ "host-1": false, "host-2": true, "host-3": true });
    const listed = await machines();
    const running = await observeCluster("garage", { machines: listed, env });
    assert.deepEqual(running, { roles: { "host-2": "server", "host-3": "server" }, datastore: "etcd" });
    const { servers } = planCluster("garage", listed, {}, running);
    assert.deepEqual(
      servers.map(({ node, first }) => [node, first === undefined]),
      [
        ["host-2", true],
        ["host-3", false],
        ["host-1", false],
      ],
    );
  });

  it("keeps one that is ready, or whose machine only does not answer, in its place", async () => {
    know({ "host-1": true, "host-2": false, "host-3": true });
    const running = await observeCluster("garage", { machines: await machines(), env });
    assert.deepEqual(Object.keys(running?.roles ?? {}), ["host-1", "host-2", "host-3"]);
  });
});
