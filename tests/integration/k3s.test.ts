import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { stringify } from "yaml";
import { readHostFacts } from "../../components/hosts/facts/facts.ts";
import { preflightHosts } from "../../components/hosts/preflight/preflight.ts";
import type { NodeInputs } from "../../components/k3s/nodeInputs.ts";
import { isReady, listNodes } from "../../components/k3s/nodeObject.ts";
import { ensureRuntimeKnown } from "../../components/k3s/runtime.ts";
import { checkUpgrade } from "../../components/k3s/versions.ts";
import { Checkout } from "../support/checkout.ts";
import { needsHosts } from "../support/hosts/index.ts";
import {
  clusterThrough,
  cutAt,
  drift,
  hasConfigMap,
  type K3sLab,
  makeConfigMap,
  nodes,
  repair,
  startedAt,
  startK3sLab,
} from "./k3sSupport.ts";

describe("one K3s server", function () {
  this.timeout(600_000);
  let site: K3sLab;
  let server: NodeInputs;
  let checkout: Checkout | undefined;

  before(async function () {
    await needsHosts(this);
    site = await startK3sLab(1);
    const [planned] = site.plan([site.machine(0)], { version: "v1.33.7+k3s1", airGap: true }).servers;
    assert.ok(planned);
    server = planned;
  });

  after(async () => {
    await checkout?.remove();
    await site?.stop();
  });

  /** On the machine. */
  const run: ReturnType<K3sLab["host"]>["exec"] = (...args) => site.host(0).exec(...args);

  /** The site as its owner declares it. */
  const stackFile = () =>
    stringify({
      config: {
        "akash:site": {
          name: "garage",
          domain: "example.com",
          network: "sandbox",
          wallet: { mnemonicEnv: "GARAGE_MNEMONIC" },
          nodes: [{ ...server.address, name: server.node }],
          dns: { provider: "manual" },
          contact: { email: "ops@example.com" },
          attributes: { "location-region": "na-us-west" },
        },
      },
    });

  it("is known again when its installation was cut off before there was a unit", async () => {
    const mend = await cutAt(site.host(0), "ln");
    await assert.rejects(nodes.create(server), /set-up of K3s failed/);
    await mend();
    const { stdout } = await run("ls /usr/local/bin/k3s /etc/systemd/system/k3s.service 2>/dev/null", {
      check: false,
    });
    assert.equal(stdout.trim(), "/usr/local/bin/k3s");
    assert.deepEqual(await foreign("garage"), []);
    // Nor is a program whose owner nobody knows a cluster.
    await run("rm -r /etc/pulumi-akash");
    assert.deepEqual(await foreign("garage"), []);
  });

  /** What stands against taking the machine for a site's because of the K3s on it. */
  async function foreign(name: string): Promise<string[]> {
    const facts = await readHostFacts(server.address);
    const machine = { name: "host-1", facts, role: "both", gpu: false } as const;
    const problems = preflightHosts([machine], { site: name });
    return problems.map(({ problem }) => problem).filter((problem) => /^K3s v|of the site/.test(problem));
  }

  it("is set up from nothing and then differs in nothing", async () => {
    const { id, outs } = await nodes.create(server);
    assert.equal(id, "garage/host-1");
    assert.deepEqual(outs, server);
    assert.deepEqual(await drift(server), []);
    const [node] = await listNodes(await clusterThrough(server));
    assert.equal(node?.metadata.name, "host-1");
    assert.ok(isReady(node));
    assert.equal(node?.status?.nodeInfo?.kubeletVersion, "v1.33.7+k3s1");
  });

  it("is left alone when it is as declared", async () => {
    const before = await startedAt(site.host(0));
    await nodes.update("id", server, server);
    assert.equal(await startedAt(site.host(0)), before);
  });

  it("is not taken over by another site, and adopted where nothing says whose it is", async () => {
    const other = { ...server, site: "attic" };
    await assert.rejects(
      nodes.create(other),
      /is a machine of the site garage, not of attic\. Take it out of that site's `nodes` first/,
    );
    assert.deepEqual(await foreign("attic"), ["It is a machine of the site garage, not of attic."]);
    assert.deepEqual(await foreign("garage"), []);
    const before = await startedAt(site.host(0));
    await run("rm /etc/pulumi-akash/site");
    assert.deepEqual(await foreign("attic"), []);
    await nodes.update("id", server, server);
    assert.equal((await run("cat /etc/pulumi-akash/site")).stdout, "garage\n");
    assert.equal(await startedAt(site.host(0)), before);
  });

  it("keeps its tokens to itself", async () => {
    const { stdout } = await run(
      "stat -c '%a' /etc/rancher/k3s/agent-token /var/lib/rancher/k3s/server/token; cat /etc/rancher/k3s/config.yaml",
    );
    assert.match(stdout, /^600\n600\n/);
    const secret = (await run("cat /etc/rancher/k3s/agent-token")).stdout.trim();
    assert.match(secret, /^[0-9a-f]{64}$/);
    assert.ok(!stdout.includes(secret));
    assert.ok(!JSON.stringify(await nodes.read("id", server)).includes(secret));
    const token = (await run("sed 's/.*://' /var/lib/rancher/k3s/server/token")).stdout.trim();
    const search =
      "cat >/run/secrets; grep -lFf /run/secrets /proc/[0-9]*/cmdline; journalctl -q | grep -cFf /run/secrets";
    const found = await run(search, { check: false, input: `${secret}\n${token}\n` });
    assert.equal(found.stdout.trim(), "0");
  });

  it("has its images from the mirror folder", async () => {
    const { stdout } = await run("ls /var/lib/rancher/k3s/agent/images");
    assert.match(stdout, /^k3s-airgap-images-a\w+64\.tar\.zst$/m);
  });

  it("finds an NVIDIA runtime that was installed after it, with one restart", async () => {
    const { address } = server;
    assert.deepEqual(await ensureRuntimeKnown(address), { restarted: false, known: false });
    await run("install -m 755 /bin/true /usr/bin/nvidia-container-runtime");
    assert.deepEqual(await ensureRuntimeKnown(address), { restarted: true, known: true });
    assert.deepEqual(await ensureRuntimeKnown(address), { restarted: false, known: true });
    await run("rm /usr/bin/nvidia-container-runtime");
  });

  it("shows a setting that was edited by hand, and puts it back with one restart", async () => {
    await run("sed -i 's/^secrets-encryption: true/secrets-encryption: false/' /etc/rancher/k3s/config.yaml");
    assert.deepEqual(await drift(server), ["config"]);
    const before = await startedAt(site.host(0));
    await repair(server);
    assert.notEqual(await startedAt(site.host(0)), before);
    assert.deepEqual(await drift(server), []);
  });

  it("shows a service that was stopped and one that does not start with the machine, and starts it", async () => {
    await run("systemctl disable --now k3s");
    const fields = await drift(server);
    assert.deepEqual(
      fields.filter((field) => field !== "ready"),
      ["service", "enabled"],
    );
    await repair(server);
    assert.deepEqual(await drift(server), []);
  });

  it("says that a restart is due when a run was cut after its change, and makes up for it once", async () => {
    const options = { version: "v1.33.7+k3s1", airGap: true, tlsSans: ["api.garage.lan"] };
    const [changed] = site.plan([site.machine(0)], options).servers;
    assert.ok(changed);
    // A unit that systemd has not read again is part of it.
    await run(
      "sed -i 's/^TasksMax=.*/TasksMax=9999/' /etc/systemd/system/k3s.service; systemctl daemon-reload",
    );
    const before = await startedAt(site.host(0));
    const mend = await cutAt(site.host(0), "systemctl", "daemon-reload");
    await assert.rejects(nodes.update("id", server, changed), /set-up of K3s failed/);
    await mend();
    assert.deepEqual(await drift(changed), ["service"]);
    assert.equal((await nodes.read("id", changed)).inputs.service, "restart pending");
    assert.equal(await startedAt(site.host(0)), before);
    await repair(changed);
    const after = await startedAt(site.host(0));
    assert.notEqual(after, before);
    const { stdout } = await run("systemctl show -p TasksMax --value k3s");
    assert.equal(stdout.trim(), "infinity");
    assert.deepEqual(await drift(changed), []);
    await nodes.update("id", changed, changed);
    assert.equal(await startedAt(site.host(0)), after);
    server = changed;
  });

  it("shows that snapshots are off and for whom they are encrypted, without touching K3s", async () => {
    await run(
      "systemctl stop k3s-snapshot.timer; sed -i s/keep=14/keep=1/ /etc/pulumi-akash/k3s-snapshot.conf",
    );
    assert.deepEqual(await drift(server), ["snapshots"]);
    const before = await startedAt(site.host(0));
    await repair(server);
    assert.deepEqual(await drift(server), []);
    assert.equal(await startedAt(site.host(0)), before);
  });

  it("sets labels and taints and takes back its own alone", async () => {
    const marked = { ...server, labels: { tier: "gold" }, taints: ["test=1:PreferNoSchedule"] };
    await nodes.update("id", server, marked);
    assert.deepEqual(await drift(marked), []);
    await nodes.update("id", marked, server);
    const [node] = await listNodes(await clusterThrough(server));
    assert.equal(node?.metadata.labels?.["tier"], undefined);
    assert.equal(node?.metadata.labels?.["kubernetes.io/hostname"], "host-1");
    assert.ok(!JSON.stringify(node?.spec?.taints ?? []).includes("test"));
  });

  it("is saved, encrypted, and brought back by command", async () => {
    const cluster = await clusterThrough(server);
    await makeConfigMap(cluster, "kept");
    checkout = await Checkout.create();
    await writeFile(join(checkout.folder, "Pulumi.garage.yaml"), stackFile());
    const saved = await checkout.run("snapshot", "-s", "garage", "--json");
    assert.equal(saved.code, 0, saved.stderr);
    const { file, path, keyFile } = JSON.parse(saved.stdout) as Record<"file" | "path" | "keyFile", string>;
    assert.match(path, /^\/var\/lib\/pulumi-akash\/snapshots\/\d{8}T\d{6}Z-by-hand\.cms$/);
    assert.match(readFileSync(file, "utf8"), /^-----BEGIN CMS-----/);
    assert.equal(keyFile, server.snapshots?.keyFile);
    await cluster.request("DELETE", "/api/v1/namespaces/default/configmaps/kept");
    await makeConfigMap(cluster, "later");

    const unattended = await checkout.run("restore", file, "-s", "garage");
    assert.match(unattended.stderr, /asks before it overwrites/);
    const restored = await checkout.run("restore", file, "-s", "garage", "--yes");
    assert.equal(restored.code, 0, restored.stderr);
    await nodes.update("id", server, server);
    assert.equal(await hasConfigMap(cluster, "kept"), true);
    assert.equal(await hasConfigMap(cluster, "later"), false);
    assert.deepEqual(await drift(server), []);
  });

  it("takes its scheduled snapshots by itself", async () => {
    await run("systemctl start k3s-snapshot.service");
    const { stdout } = await run(
      "ls /var/lib/pulumi-akash/snapshots; systemctl is-enabled k3s-snapshot.timer",
    );
    assert.match(stdout, /-scheduled\.cms\n.*enabled/s);
    // Nothing of the data is left in the clear.
    const left = await run("ls -d /var/lib/rancher/k3s/server/.snapshot.* 2>/dev/null", { check: false });
    assert.equal(left.stdout, "");
  });

  it("is upgraded by one minor version with a snapshot before, and never goes back", async () => {
    const before = readdirSync(join(site.state, "garage", "snapshots"));
    const [next] = site.plan([site.machine(0)]).servers;
    assert.ok(next);
    // Cut when the new program is in place and the old one still runs.
    const mend = await cutAt(site.host(0), "systemctl", "reset-failed");
    await assert.rejects(nodes.update("id", server, next), /set-up of K3s failed/);
    await mend();
    assert.deepEqual(await drift(next), ["version", "service"]);
    // What runs decides, whoever put the program there.
    await run("rm /run/pulumi-akash-k3s-restart-pending");
    assert.deepEqual(await drift(next), ["version"]);
    await repair(next);
    assert.deepEqual(await drift(next), []);
    const [node] = await listNodes(await clusterThrough(next));
    assert.equal(node?.status?.nodeInfo?.kubeletVersion, "v1.34.3+k3s1");
    const taken = readdirSync(join(site.state, "garage", "snapshots")).filter(
      (name) => !before.includes(name),
    );
    assert.equal(taken.length, 1);
    assert.match(taken[0] ?? "", /-before-upgrade\.cms$/);
    await assert.rejects(nodes.update("id", next, server), /cannot go back/);
    assert.throws(() => checkUpgrade("a", "v1.34.3+k3s1", "v1.33.7+k3s1"));
    server = next;
  });

  it("goes without a trace", async () => {
    await nodes.delete("id", server);
    const { stdout } = await run(
      "ls -d /var/lib/rancher /etc/rancher /var/lib/kubelet /usr/local/bin/k3s /usr/local/bin/kubectl /etc/pulumi-akash /var/lib/pulumi-akash /run/k3s /etc/systemd/system/k3s* /usr/local/bin/.k3s* 2>/dev/null; pgrep -fa '[k]3s-stand-in' || true; systemctl list-unit-files 'k3s*' --no-legend",
      { check: false },
    );
    assert.equal(stdout.trim(), "");
    assert.deepEqual(await drift(server), ["everything"]);
    // What was saved stays on this machine.
    assert.ok(existsSync(join(site.state, "garage", "snapshots.pem")));
  });
});
