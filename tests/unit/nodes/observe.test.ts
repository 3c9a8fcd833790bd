import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "mocha";
import { ClusterUnreachable } from "../../../components/cluster/errors.ts";
import { commonModels } from "../../../components/gpu/commonModels.ts";
import { HostsUnfit } from "../../../components/hosts/preflight/preflight.ts";
import { siteKubeconfigPath } from "../../../components/k3s/names.ts";
import { keepLast, readLast } from "../../../components/nodes/lastRead.ts";
import { observeNodes } from "../../../components/nodes/observe.ts";
import { checkNodes } from "../../../components/nodes/preflight.ts";
import type { NodesDeclaration } from "../../../components/nodes/types.ts";
import { startTestApiServer, type TestApiServer } from "../../support/doctor/apiServer.ts";
import { closedPort, type SshServer, startSshServer } from "../../support/hosts/sshServer.ts";
import { goodFacts } from "../hosts/machine.ts";
import { declarationOf, declaredNode, observedOf, siteMachine } from "./machine.ts";

describe("machines that do not answer", () => {
  let folder: string;
  let api: TestApiServer;
  let other: SshServer;
  let declaration: NodesDeclaration;
  const kept = process.env["PULUMI_AKASH_STATE"];
  const hostKey = `SHA256:${"A".repeat(43)}`;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-observe-"));
    process.env["PULUMI_AKASH_STATE"] = folder;
    [api, other] = await Promise.all([startTestApiServer(), startSshServer()]);
    mkdirSync(join(folder, "garage"));
    writeFileSync(siteKubeconfigPath("garage"), api.kubeconfig);
    const node = declaredNode("127.0.0.1", { name: "host-1", port: await closedPort(), hostKey });
    declaration = declarationOf([node]);
  });

  beforeEach(async () => {
    api.objects.clear();
    const labels = { "node-role.kubernetes.io/control-plane": "true" };
    api.objects.set("/api/v1/nodes/host-1", { metadata: { name: "host-1", labels } });
    await keepLast("garage", { "host-1": { host: "127.0.0.1", facts: goodFacts } });
  });

  after(async () => {
    await Promise.all([api.stop(), other.stop()]);
    rmSync(folder, { recursive: true });
    if (kept === undefined) delete process.env["PULUMI_AKASH_STATE"];
    else process.env["PULUMI_AKASH_STATE"] = kept;
  });

  const observe = (given = declaration) => observeNodes(given, { database: async () => new Map() });
  const refused = (given?: NodesDeclaration) =>
    assert.rejects(
      observe(given),
      (error) => error instanceof HostsUnfit && /127\.0\.0\.1/.test(error.message),
    );

  it("stay what they were when they last answered, if the cluster knows them", async () => {
    const { machines, running } = await observe();
    assert.deepEqual(
      machines.map(({ name, facts }) => [name, facts]),
      [["host-1", goodFacts]],
    );
    assert.match(machines[0]?.silent ?? "", /can't be reached over SSH/);
    assert.deepEqual(running?.roles, { "host-1": "server" });
    // The next run knows of them, too.
    assert.deepEqual(await readLast("garage"), { "host-1": { host: "127.0.0.1", facts: goodFacts } });
  });

  it("are nodes, too, where only their own facts said so", async () => {
    api.objects.clear();
    const facts = { ...goodFacts, k3s: { ...goodFacts.k3s, role: "agent" as const } };
    await keepLast("garage", { "host-1": { host: "127.0.0.1", facts } });
    assert.deepEqual((await observe()).running?.roles, { "host-1": "agent" });
  });

  it("end a run when they never were nodes, or nothing is known of them", async () => {
    api.objects.clear();
    await refused();
    api.objects.set("/api/v1/nodes/host-1", { metadata: { name: "host-1" } });
    await keepLast("garage", { "host-1": { host: "192.0.2.1", facts: goodFacts } });
    await refused();
    writeFileSync(join(folder, "garage", "machines.json"), "{}x");
    await refused();
  });

  it("are named with all that is wrong with the others", async () => {
    const display = (slot: string, device: string) => ({
      ...{ slot, device, deviceClass: "0300", vendor: "10de", name: "", bootDisplay: false },
    });
    const pci = [display("01:00.0", "2b85"), display("02:00.0", "2684")];
    await keepLast("garage", { "host-1": { host: "127.0.0.1", facts: { ...goodFacts, pci } } });
    const [node] = declaration.nodes;
    const never = { ...declaredNode("x"), ...node, name: "host-2" };
    const given = { ...declaration, nodes: [...declaration.nodes, never], driver: { by: "none" as const } };
    await assert.rejects(
      observeNodes(given, { database: async () => commonModels }),
      (error) =>
        error instanceof HostsUnfit &&
        /can't be reached over SSH/.test(error.message) &&
        /host-1 mixes rtx5090 32Gi.* and rtx4090 24Gi/.test(error.message),
    );
  });

  it("are named where their cluster does not answer either, and it is where nothing else is wrong", async () => {
    mkdirSync(join(folder, "cellar"));
    const away = api.kubeconfig.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${await closedPort()}`);
    writeFileSync(siteKubeconfigPath("cellar"), away);
    await refused({ ...declaration, site: "cellar" });
    const facts = { ...goodFacts, k3s: { ...goodFacts.k3s, role: "server" as const } };
    await keepLast("cellar", { "host-1": { host: "127.0.0.1", facts } });
    await assert.rejects(
      observeNodes({ ...declaration, site: "cellar" }, { database: async () => new Map() }),
      ClusterUnreachable,
    );
  });

  it("are not those that answer and are others by now", async () => {
    const [node] = declaration.nodes;
    await refused({ ...declaration, nodes: [{ ...declaredNode("x"), ...node, port: other.port }] });
  });

  it("are not held against the site, but told", () => {
    const bad = { os: { id: "fedora", version: "43", codename: "", name: "Fedora 43" } };
    const silent = siteMachine("203.0.113.11", bad, { silent: "root@203.0.113.11 can't be reached." });
    const said = checkNodes(declaration, observedOf([siteMachine("203.0.113.10"), silent]));
    assert.deepEqual(said, ["node-203-0-113-11 is left as it is: root@203.0.113.11 can't be reached."]);
  });
});
