import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { parse } from "yaml";
import { disconnectAll } from "../../components/hosts/connect.ts";
import { clusterOf } from "../../components/k3s/clusterAccess.ts";
import type { KubeconfigInputs } from "../../components/k3s/kubeconfigProvider.ts";
import { siteKubeconfigPath } from "../../components/k3s/names.ts";
import type { NodeInputs } from "../../components/k3s/nodeInputs.ts";
import { isEtcdMember, isReady, listNodes, type NodeObject } from "../../components/k3s/nodeObject.ts";
import { observeCluster } from "../../components/k3s/observeCluster.ts";
import type { ClusterPlan } from "../../components/k3s/planCluster.ts";
import { findServers } from "../../components/k3s/servers.ts";
import { restoreSnapshot, takeSnapshot } from "../../components/k3s/snapshots.ts";
import type { K3sOptions } from "../../components/k3s/types.ts";
import { needsHosts, rootOf } from "../support/hosts/index.ts";
import { eventually } from "./akashFixtures.ts";
import {
  clusterThrough,
  drift,
  hasConfigMap,
  type K3sLab,
  kubeconfigs,
  makeConfigMap,
  nodes,
  repair,
  startedAt,
  startK3sLab,
} from "./k3sSupport.ts";

describe("a K3s cluster", function () {
  this.timeout(900_000);
  let site: K3sLab;
  /** The plan that was last carried out. */
  let plan: ClusterPlan;
  const old: K3sOptions = { version: "v1.33.7+k3s1" };

  before(async function () {
    await needsHosts(this);
    site = await startK3sLab(4);
  });

  after(async () => {
    disconnectAll();
    await site?.stop();
  });

  const machines = (count: number) => [0, 1, 2].slice(0, count).map((index) => site.machine(index));
  const all = () => [...plan.servers, ...plan.agents];
  const first = (): NodeInputs => {
    const [node] = plan.servers;
    assert.ok(node);
    return node;
  };
  const nodeObjects = async (): Promise<Record<string, NodeObject>> =>
    Object.fromEntries(
      (await listNodes(await clusterThrough(first()))).map((node) => [node.metadata.name, node]),
    );
  const kubeconfig = (): KubeconfigInputs => ({
    site: "garage",
    path: siteKubeconfigPath("garage"),
    servers: plan.serverAddresses,
    usable: true,
  });
  const serverOf = async () =>
    (parse(await readFile(kubeconfig().path, "utf8")) as { clusters: { cluster: { server: string } }[] })
      .clusters[0]?.cluster.server;

  it("begins with one server and its kubeconfig", async () => {
    plan = site.plan(machines(1), old);
    await nodes.create(first());
    await kubeconfigs.create(kubeconfig());
    await makeConfigMap(await clusterThrough(first()), "from-sqlite");
    assert.deepEqual(await observeCluster("garage"), { roles: { "host-1": "server" }, datastore: "sqlite" });
    assert.equal(await serverOf(), `https://${site.host(0).address}:6443`);
  });

  it("grows to three servers, and its data moves from SQLite to etcd", async () => {
    const before = first();
    plan = site.plan(machines(3), old, await observeCluster("garage"));
    const [one, two, three] = plan.servers;
    assert.ok(one && two && three);
    await nodes.update("id", before, one);
    await nodes.create(two);
    await nodes.create(three);
    const objects = await nodeObjects();
    assert.deepEqual(Object.keys(objects).sort(), ["host-1", "host-2", "host-3"]);
    for (const node of Object.values(objects)) assert.ok(isReady(node) && isEtcdMember(node));
    assert.equal(await hasConfigMap(await clusterThrough(one), "from-sqlite"), true);
    for (const node of plan.servers) assert.deepEqual(await drift(node), []);
  });

  it("takes an agent in and touches nobody else for it", async () => {
    const before = await Promise.all([0, 1, 2].map((index) => startedAt(site.host(index))));
    const declared = [...machines(3), site.machine(3, "agent")];
    const next = site.plan(declared, old, await observeCluster("garage"));
    assert.deepEqual(next.servers, plan.servers);
    plan = next;
    const [agent] = plan.agents;
    assert.ok(agent);
    await nodes.create(agent);
    assert.deepEqual(await drift(agent), []);
    assert.deepEqual(await Promise.all([0, 1, 2].map((index) => startedAt(site.host(index)))), before);
    // With what an agent has nobody becomes an administrator.
    const { stdout } = await site.host(3).exec("cat /etc/rancher/k3s/join-token; ls /etc/rancher/k3s");
    assert.match(stdout, /^K10[0-9a-f]{64}::node:[0-9a-f]{64}\n/);
    assert.ok(!stdout.includes("agent-token"));
  });

  it("lets its kubeconfig move to another server when that in it is gone, and back again never by itself", async () => {
    await site.host(0).exec("systemctl stop k3s");
    const { inputs } = await kubeconfigs.read("garage", kubeconfig());
    assert.equal(inputs.usable, false);
    // Roles are known without the cluster: the machines say them.
    const machines = site.lab.hosts.map((host) => ({ name: host.name, address: rootOf(host) }));
    assert.deepEqual(await observeCluster("garage", { machines }), {
      roles: { "host-1": "server", "host-2": "server", "host-3": "server", "host-4": "agent" },
      datastore: "etcd",
    });
    await kubeconfigs.update("garage", inputs, kubeconfig());
    assert.equal(await serverOf(), `https://${site.host(1).address}:6443`);
    assert.ok((await observeCluster("garage"))?.roles["host-2"]);
    await repair(first());
    assert.equal((await kubeconfigs.read("garage", kubeconfig())).inputs.usable, true);
  });

  it("replaces its tokens, and every node takes the new one", async () => {
    const token = () =>
      site
        .host(3)
        .exec("cat /etc/rancher/k3s/join-token")
        .then(({ stdout }) => stdout);
    const before = { plan, token: await token() };
    plan = site.plan(
      [...machines(3), site.machine(3, "agent")],
      { ...old, tokenGeneration: 2 },
      await observeCluster("garage"),
    );
    for (const [index, node] of all().entries()) {
      await nodes.update("id", [...before.plan.servers, ...before.plan.agents][index] as NodeInputs, node);
    }
    assert.notEqual(await token(), before.token);
    for (const node of all()) assert.deepEqual(await drift(node), []);
  });

  it("is upgraded server by server, then the agent, and stops at the first failure", async () => {
    const before = all();
    const target = site.plan(
      [...machines(3), site.machine(3, "agent")],
      { tokenGeneration: 2 },
      await observeCluster("garage"),
    );
    // The second server cannot be upgraded: its program cannot be written.
    await site
      .host(1)
      .exec(
        "mkdir -p /run/full && mount -t tmpfs -o size=4k tmpfs /run/full && dd if=/dev/zero of=/run/full/x bs=4k count=1 && mount --bind /run/full /usr/local/bin",
      );
    const [one, two, three] = target.servers;
    assert.ok(one && two && three);
    const [oldOne, oldTwo, oldThree] = before;
    assert.ok(oldOne && oldTwo && oldThree);
    const results = await Promise.allSettled([
      nodes.update("id", oldOne, one),
      nodes.update("id", oldTwo, two),
      nodes.update("id", oldThree, three),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "rejected", "rejected"],
    );
    const [, , third] = results;
    assert.match(
      String(third?.status === "rejected" && third.reason),
      /host-3 was left as it is, since the upgrade of host-2 failed/,
    );
    const versions = Object.values(await nodeObjects()).map(({ metadata, status }) => [
      metadata.name,
      status?.nodeInfo?.kubeletVersion,
    ]);
    assert.deepEqual(Object.fromEntries(versions), {
      "host-1": "v1.34.3+k3s1",
      "host-2": "v1.33.7+k3s1",
      "host-3": "v1.33.7+k3s1",
      "host-4": "v1.33.7+k3s1",
    });
    await site.host(1).exec("umount /usr/local/bin /run/full");
    plan = target;
  });

  it("goes on from there in the next run", async () => {
    for (const node of all()) await repair(node);
    for (const node of all()) assert.deepEqual(await drift(node), []);
  });

  it("takes a fresh machine in under the name of one that died", async () => {
    const [agent] = plan.agents;
    assert.ok(agent);
    await site.host(3).powerOff();
    const { inputs } = await nodes.read("id", agent);
    assert.deepEqual([inputs.service, inputs.ready], ["unreachable", false]);
    await assert.rejects(nodes.delete("id", agent), /does not answer/);
    await site.host(3).replace();
    await site.host(3).boot();
    disconnectAll();
    const fresh = { ...agent, address: rootOf(site.host(3)) };
    assert.deepEqual(await drift(fresh), ["everything"]);
    await eventually(async () => assert.ok(!isReady((await nodeObjects())["host-4"])), 90);
    await nodes.create(fresh);
    assert.deepEqual(await drift(fresh), []);
    plan = { ...plan, agents: [fresh] };
  });

  it("removes an agent without a trace, and a lease on it refuses that", async () => {
    const [agent] = plan.agents;
    assert.ok(agent);
    const cluster = await clusterThrough(agent);
    const labels = {
      "akash.network": "true",
      "akash.network/lease.id.owner": "akash1x",
      "akash.network/lease.id.dseq": "7",
    };
    await cluster.request("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "lease-a", labels },
    });
    await eventually(async () =>
      assert.ok(await cluster.get("/api/v1/namespaces/lease-a/serviceaccounts/default")),
    );
    const spec = { nodeName: "host-4", containers: [{ name: "web", image: "web" }] };
    await cluster.request("POST", "/api/v1/namespaces/lease-a/pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web" },
      spec,
    });
    await assert.rejects(nodes.delete("id", agent), /host-4 runs 1 lease \(akash1x\/7\)/);
    assert.equal((await nodeObjects())["host-4"]?.spec?.unschedulable, undefined);
    await cluster.request("DELETE", "/api/v1/namespaces/lease-a/pods/web?gracePeriodSeconds=0");
    await nodes.delete("id", agent);
    assert.equal((await nodeObjects())["host-4"], undefined);
    const { stdout } = await site
      .host(3)
      .exec("ls -d /var/lib/rancher /etc/rancher /usr/local/bin/k3s /etc/systemd/system/k3s* 2>/dev/null", {
        check: false,
      });
    assert.equal(stdout, "");
    plan = { ...plan, agents: [] };
  });

  it("brings etcd back from a snapshot on every server", async () => {
    const cluster = await clusterThrough(first());
    const { file = "" } = await takeSnapshot(first(), "rehearsal");
    await makeConfigMap(cluster, "later");
    const { snapshots, dataDir } = first();
    const servers = await findServers(site.lab.hosts.map(rootOf), dataDir);
    assert.deepEqual(servers[0], first().address);
    await restoreSnapshot({ servers, file, keyFile: snapshots?.keyFile ?? "", dataDir });
    await eventually(async () => {
      const objects = Object.values(await nodeObjects());
      assert.equal(objects.filter(isReady).length, 3);
    }, 120);
    assert.equal(await hasConfigMap(cluster, "later"), false);
    assert.equal(await hasConfigMap(cluster, "from-sqlite"), true);
    for (const node of plan.servers) assert.deepEqual(await drift(node), []);
  });

  it("forgets a server whose machine was set up anew, when told to, after a snapshot on another", async () => {
    const dead = plan.servers[2];
    assert.ok(dead);
    await site.host(2).replace();
    await site.host(2).boot();
    disconnectAll();
    process.env["PULUMI_AKASH_ALLOW"] = "unreachable:host-3";
    await nodes.delete("id", dead);
    delete process.env["PULUMI_AKASH_ALLOW"];
    assert.deepEqual(Object.keys(await nodeObjects()).sort(), ["host-1", "host-2"]);
    const saved = await readdir(join(site.state, "garage", "snapshots"));
    assert.equal(saved.filter((name) => name.endsWith("-before-removal.cms")).length, 1, String(saved));
  });

  it("refuses to work blindly, and removes the first server without a trace while another stays", async () => {
    await site.host(1).exec("systemctl stop k3s");
    await assert.rejects(nodes.delete("id", first()), /nobody knows whether host-1 runs leases/);
    await site.host(1).exec("systemctl start k3s");
    await eventually(async () => assert.ok(isReady((await nodeObjects())["host-2"])), 120);
    await nodes.delete("id", first());
    const api = `https://${site.host(1).address}:6443`;
    const left = await listNodes(await clusterOf(rootOf(site.host(1)), api));
    assert.deepEqual(
      left.map(({ metadata }) => metadata.name),
      ["host-2"],
    );
    const paths = "/var/lib/rancher /run/systemd/system/k3s* /usr/local/bin/k3s";
    assert.equal((await site.host(0).exec(`ls -d ${paths} 2>/dev/null`, { check: false })).stdout, "");
  });
});
