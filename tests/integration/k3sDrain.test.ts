import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { Cluster } from "../../components/cluster/index.ts";
import { disconnectAll } from "../../components/hosts/connect.ts";
import { DrainBlocked } from "../../components/k3s/errors.ts";
import type { NodeInputs } from "../../components/k3s/nodeInputs.ts";
import { getNode, isReady, listNodes } from "../../components/k3s/nodeObject.ts";
import { removeNode } from "../../components/k3s/removal/remove.ts";
import { stepsOfUpdate } from "../../components/k3s/steps.ts";
import { needsHosts } from "../support/hosts/index.ts";
import { eventually } from "./akashFixtures.ts";
import { clusterThrough, drift, type K3sLab, nodes, repair, startK3sLab } from "./k3sSupport.ts";

const PODS = "/api/v1/namespaces/default/pods";
const DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments/web";
const BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
const MERGE = "application/merge-patch+json";
const containers = [{ name: "web", image: "web" }];
const hostname = (name: string) => ({
  matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [name] }],
});

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
}

/**
 * Evictions are the API server's, and what budgets allow is the controller-manager's: both are the real ones. KWOK
 * plays the pods. Each test goes on where the one before it ended.
 */
describe("emptying a node before it goes", function () {
  this.timeout(600_000);
  let site: K3sLab;
  let agent: NodeInputs;
  let cluster: Cluster;

  before(async function () {
    await needsHosts(this);
    site = await startK3sLab(2);
    const { servers, agents } = site.plan([site.machine(0, "server"), site.machine(1, "agent")]);
    const [server, second] = [servers[0], agents[0]];
    assert.ok(server && second);
    agent = second;
    await nodes.create(server);
    await nodes.create(agent);
    cluster = await clusterThrough(agent);
    const account = "/api/v1/namespaces/default/serviceaccounts/default";
    await eventually(async () => assert.ok(await cluster.get(account)));
  });

  after(async () => {
    disconnectAll();
    await site?.stop();
  });

  const make = (path: string, object: object) => cluster.request("POST", path, object);
  const budget = (name: string) =>
    make(BUDGETS, {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
    });
  /** Pods of `web`, each with its node. */
  const web = async () => {
    const list = await cluster.get<{ items: Pod[] }>(`${PODS}?labelSelector=app%3Dweb`);
    return list?.items ?? [];
  };
  const allowed = async (name: string) => {
    const found = await cluster.get<{ status?: { currentHealthy?: number; disruptionsAllowed?: number } }>(
      `${BUDGETS}/${name}`,
    );
    return [found?.status?.currentHealthy, found?.status?.disruptionsAllowed];
  };
  const isCordoned = async () => (await getNode(cluster, "host-2"))?.spec?.unschedulable === true;
  const installed = async () =>
    (
      await site
        .host(1)
        .exec("ls -d /usr/local/bin/k3s /var/lib/rancher/k3s; systemctl is-active k3s-agent", {
          check: false,
        })
    ).stdout.split("\n");

  it("is refused where a pod would not come back or a volume is on its disk, before the node is touched", async () => {
    await make("/api/v1/namespaces/default/persistentvolumeclaims", {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "local-path",
        resources: { requests: { storage: "1Gi" } },
      },
    });
    await make(PODS, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "debug" },
      spec: {
        containers,
        nodeSelector: { "kubernetes.io/hostname": "host-2" },
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
      },
    });
    await eventually(async () => {
      const pod = await cluster.get<Pod>(`${PODS}/debug`);
      assert.equal(pod?.spec.nodeName, "host-2");
    });
    await assert.rejects(nodes.delete("id", agent), (error) => {
      assert.ok(error instanceof DrainBlocked);
      assert.match(
        error.message,
        /^Removing host-2 would lose: pod default\/debug has no controller; volume pvc-\S+ of default\/data is on its disk\. Save what you need, or agree with PULUMI_AKASH_ALLOW=data:host-2\.$/,
      );
      return true;
    });
    assert.equal(await isCordoned(), false);
    assert.deepEqual(await drift(agent), []);
    await cluster.request("DELETE", `${PODS}/debug?gracePeriodSeconds=0`);
    await cluster.request("DELETE", "/api/v1/namespaces/default/persistentvolumeclaims/data");
    await eventually(async () => {
      const volumes = await cluster.get<{ items: unknown[] }>("/api/v1/persistentvolumes");
      assert.deepEqual(volumes?.items, []);
    });
  });

  it("stops when time is up, names the pod and its budget, and leaves the node cordoned and whole", async () => {
    const preferred = [{ weight: 100, preference: hostname("host-2") }];
    await make("/apis/apps/v1/namespaces/default/deployments", {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: "web" } },
        template: {
          metadata: { labels: { app: "web" } },
          spec: {
            containers,
            affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } },
          },
        },
      },
    });
    await budget("web");
    await eventually(async () => assert.deepEqual(await allowed("web"), [1, 0]));
    const [pod] = await web();
    assert.equal(pod?.spec.nodeName, "host-2");

    await assert.rejects(removeNode(agent, { drainSeconds: 3 }), (error) => {
      assert.ok(error instanceof DrainBlocked);
      const said = `host-2 could not be emptied within 3 s. Still there: default/${pod?.metadata.name}: kept by PodDisruptionBudget web. It stays cordoned and was not removed; start more replicas elsewhere or change the budget, then run the same command again.`;
      assert.ok(error.message.startsWith(said), error.message);
      return true;
    });
    assert.equal(await isCordoned(), true);
    assert.ok(isReady((await getNode(cluster, "host-2")) ?? { metadata: { name: "" } }));
    assert.deepEqual(await installed(), ["/usr/local/bin/k3s", "/var/lib/rancher/k3s", "active", ""]);
    assert.deepEqual(
      (await web()).map(({ metadata }) => [metadata.name, metadata.deletionTimestamp]),
      [[pod?.metadata.name, undefined]],
    );
  });

  it("names both budgets of a pod that two select: no such pod is ever let go", async () => {
    await budget("web-too");
    await eventually(async () => assert.deepEqual(await allowed("web-too"), [1, 0]));
    await assert.rejects(
      removeNode(agent, { drainSeconds: 0 }),
      /: PodDisruptionBudgets web and web-too select it, and a pod that more than one selects is never let go\./,
    );
    await cluster.request("DELETE", `${BUDGETS}/web-too`);
  });

  it("is given up by listing the node again: the next run lets pods in again", async () => {
    assert.deepEqual(await drift(agent), ["taints"]);
    const { inputs } = await nodes.read("id", agent);
    assert.deepEqual(stepsOfUpdate(inputs, agent), ["let pods in again (uncordon)"]);
    await repair(agent);
    assert.equal(await isCordoned(), false);
    assert.deepEqual(await drift(agent), []);
  });

  it("is done by the next run once the budget allows it, without a trace", async () => {
    await assert.rejects(removeNode(agent, { drainSeconds: 0 }), DrainBlocked);
    await cluster.request("PATCH", DEPLOYMENT, { spec: { replicas: 2 } }, MERGE);
    await eventually(async () => assert.deepEqual(await allowed("web"), [2, 1]));
    await nodes.delete("id", agent);
    const left = await listNodes(cluster);
    assert.deepEqual(
      left.map(({ metadata }) => metadata.name),
      ["host-1"],
    );
    assert.deepEqual(await installed(), ["inactive", ""]);
    await eventually(async () =>
      assert.deepEqual(
        (await web()).map(({ spec }) => spec.nodeName),
        ["host-1", "host-1"],
      ),
    );
  });
});
