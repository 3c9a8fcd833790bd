import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { siteKubeconfigPath } from "../../components/k3s/names.ts";
import { needsHosts } from "../support/hosts/index.ts";
import { openProgram, type TestProgram } from "../support/program.ts";
import { type K3sLab, startedAt, startK3sLab } from "./k3sSupport.ts";

const preview = ["preview", "--refresh", "--run-program", "--diff"];

describe("a K3s cluster under the engine", function () {
  this.timeout(600_000);
  let site: K3sLab;
  let program: TestProgram;

  before(async function () {
    await needsHosts(this);
    site = await startK3sLab(1);
    // Takes over where the lab keeps its state.
    program = await openProgram();
  });

  after(async () => {
    program?.remove();
    await site?.stop();
  });

  /** A site of one machine, or with two more that exist on paper only, and an object in its cluster. */
  function declare(changes: { options?: object; more?: number } = {}): void {
    const machines = [
      site.machine(0),
      ...Array.from({ length: changes.more ?? 0 }, (_, index) => ({
        address: { host: `192.0.2.${index + 1}` },
      })),
    ];
    const args = { site: "garage", machines, options: { ...changes.options, mirror: site.mirror } };
    program.declare(`
import * as kubernetes from "@pulumi/kubernetes";
import { K3sCluster } from "pulumi-akash/providers/k3s/index";
const { kubeconfig } = new K3sCluster("garage", ${JSON.stringify(args)});
const provider = new kubernetes.Provider("cluster", { kubeconfig: kubeconfig.path, clusterIdentifier: "garage" });
new kubernetes.core.v1.ConfigMap("note", { metadata: { name: "note" }, data: { by: "test" } }, { provider });
`);
  }

  it("is made in one run together with what goes into it, its kubeconfig not there before", async () => {
    declare({ options: { version: "v1.33.7+k3s1" } });
    await program.succeeds("preview");
    await program.succeeds("up", "--yes", "--skip-preview");
    await program.succeeds("preview", "--refresh", "--run-program", "--expect-no-changes");
  });

  it("has no credential in its state", async () => {
    const state = await program.succeeds("stack", "export", "--show-secrets");
    for (const file of ["/etc/rancher/k3s/agent-token", "/var/lib/rancher/k3s/server/token"]) {
      const { stdout } = await site.host(0).exec(`sed 's/.*://' ${file}`);
      assert.ok(stdout.trim().length >= 32);
      assert.ok(!state.includes(stdout.trim()));
    }
    assert.ok(!state.includes("client-key-data"));
    assert.ok(state.includes(siteKubeconfigPath("garage")));
  });

  it("shows a change of its nodes without replacing any object of the cluster", async () => {
    declare({ options: { version: "v1.34.3+k3s1" }, more: 3 });
    const output = await program.succeeds(...preview);
    assert.match(output, /version\s*: "v1\.33\.7\+k3s1" => "v1\.34\.3\+k3s1"/);
    assert.match(output, /datastore\s*: "sqlite" => "etcd"/);
    assert.match(output, /4 to create|\+ 3 to create|3 to create/);
    assert.doesNotMatch(output, /replace/);
    assert.match(output, /\b4 unchanged|unchanged/);
    assert.doesNotMatch(output, /[~+-] kubernetes:core\/v1:ConfigMap/);
  });

  it("names what differs, repairs it, and then has nothing to do", async () => {
    declare({ options: { version: "v1.33.7+k3s1" } });
    await site
      .host(0)
      .exec("sed -i 's/^node-name: .*/&\\ndebug: true/' /etc/rancher/k3s/config.yaml; systemctl stop k3s");
    const { code, output } = await program.pulumi(...preview, "--expect-no-changes");
    assert.notEqual(code, 0);
    assert.match(output, /debug\s*: true/);
    assert.match(output, /service\s*: "inactive" => "active"/);
    await program.succeeds("up", "--refresh", "--run-program", "--yes", "--skip-preview");
    await program.succeeds(...preview, "--expect-no-changes");
    const before = await startedAt(site.host(0));
    await program.succeeds(
      "up",
      "--refresh",
      "--run-program",
      "--yes",
      "--skip-preview",
      "--expect-no-changes",
    );
    assert.equal(await startedAt(site.host(0)), before);
  });

  it("refuses a release that cannot be gone back to in the preview already", async () => {
    declare({ options: { version: "v1.34.3+k3s1" } });
    await program.succeeds("up", "--yes", "--skip-preview");
    declare({ options: { version: "v1.33.7+k3s1" } });
    const { code, output } = await program.pulumi("preview");
    assert.notEqual(code, 0);
    assert.match(output, /host-1 runs K3s v1\.34\.3\+k3s1, and v1\.33\.7\+k3s1 is older: K3s cannot go back/);
  });

  it("is taken down to bare machines", async () => {
    await program.succeeds("destroy", "--yes", "--skip-preview");
    const { stdout } = await site
      .host(0)
      .exec("ls -d /var/lib/rancher /usr/local/bin/k3s 2>/dev/null", { check: false });
    assert.equal(stdout, "");
  });
});
