import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ClusterForbidden, ClusterRejected } from "../../../components/cluster/errors.ts";
import type { Cluster, Method } from "../../../components/cluster/types.ts";
import { DrainBlocked } from "../../../components/k3s/errors.ts";
import {
  keptBy,
  type PodObject,
  planDrain,
  podName,
  refuseLosses,
} from "../../../components/k3s/removal/drain.ts";
import { evictAll } from "../../../components/k3s/removal/evict.ts";
import { leasesOf, readLeases } from "../../../components/k3s/removal/leases.ts";

const pod = (name: string, changes: Partial<PodObject["metadata"]> = {}, phase = "Running"): PodObject => ({
  metadata: {
    namespace: "lease-a",
    name,
    ownerReferences: [{ kind: "ReplicaSet", controller: true }],
    ...changes,
  },
  spec: { nodeName: "b" },
  status: { phase },
});
const owned = (kind: string) => ({ ownerReferences: [{ kind, controller: true }] });

describe("draining a node", () => {
  it("moves what is moved by its controller and leaves what belongs to the node", () => {
    const pods = [
      pod("web"),
      pod("agent", owned("DaemonSet")),
      pod("static", { ...owned("Node"), annotations: { "kubernetes.io/config.mirror": "x" } }),
      pod("done", {}, "Succeeded"),
      { ...pod("elsewhere"), spec: { nodeName: "c" } },
    ];
    const plan = planDrain("b", pods, []);
    assert.deepEqual(plan.evict.map(podName), ["lease-a/web"]);
    assert.deepEqual(plan.losses, []);
    refuseLosses("b", plan, false);
  });

  it("names pods that nobody starts again and volumes on the node's disk", () => {
    const volume = (node: string) => ({
      metadata: { name: `pvc-${node}` },
      spec: {
        claimRef: { namespace: "lease-a", name: "data" },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] },
            ],
          },
        },
      },
    });
    const shared = { metadata: { name: "ceph" }, spec: {} };
    const plan = planDrain("b", [pod("debug", { ownerReferences: [] })], [volume("b"), volume("c"), shared]);
    assert.deepEqual(plan.losses, [
      "pod lease-a/debug has no controller",
      "volume pvc-b of lease-a/data is on its disk",
    ]);
    assert.throws(
      () => refuseLosses("b", plan, false),
      /would lose: pod lease-a\/debug.*PULUMI_AKASH_ALLOW=data:b/,
    );
    refuseLosses("b", plan, true);
  });

  it("knows the budgets that keep a pod", () => {
    const budget = (name: string, selector: object, disruptionsAllowed = 0, namespace = "lease-a") => ({
      metadata: { namespace, name },
      spec: { selector },
      status: { disruptionsAllowed },
    });
    const budgets = [
      budget("same", { matchLabels: { app: "web" } }),
      budget("all", {}),
      budget("free", {}, 1),
      budget("other", { matchLabels: { app: "db" } }),
      budget("elsewhere", {}, 0, "lease-b"),
      budget("in", { matchExpressions: [{ key: "app", operator: "In", values: ["web"] }] }),
      budget("not", { matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] }),
      budget("exists", { matchExpressions: [{ key: "app", operator: "Exists" }] }),
      budget("absent", { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] }),
      { metadata: { namespace: "lease-a", name: "nothing" }, spec: {} },
    ];
    assert.deepEqual(keptBy(pod("web", { labels: { app: "web" } }), budgets), [
      "same",
      "all",
      "in",
      "exists",
    ]);
  });

  /** Pods that are there, of which some leave when they are asked the given time. */
  function fakeCluster(leavesAt: Record<string, number>) {
    const asked: Record<string, number> = {};
    const deleted: string[] = [];
    const gone = (name: string) => (asked[name] ?? 0) >= (leavesAt[name] ?? Number.POSITIVE_INFINITY);
    const cluster = {
      async get(path: string) {
        if (path.includes("poddisruptionbudgets")) {
          return { items: [{ metadata: { namespace: "lease-a", name: "keep" }, spec: { selector: {} } }] };
        }
        return {
          items: Object.keys(leavesAt)
            .filter((name) => !gone(name))
            .map((name) => pod(name)),
        };
      },
      async request(method: Method, path: string) {
        const name = /pods\/([^/?]+)/.exec(path)?.[1] ?? "";
        if (method === "DELETE") {
          deleted.push(name);
          return undefined;
        }
        asked[name] = (asked[name] ?? 0) + 1;
        if (!gone(name)) throw new ClusterRejected("https://x", "POST", 429, "Cannot evict pod");
        return undefined;
      },
    };
    return { cluster: cluster as unknown as Cluster, deleted };
  }

  it("asks again while a budget keeps a pod, and is done when all are gone", async () => {
    const { cluster } = fakeCluster({ one: 1, two: 3 });
    await evictAll(cluster, "b", [pod("one"), pod("two")], { seconds: 5, pauseMs: 1 });
  });

  it("names what keeps a pod when time is up, and goes on only where that was agreed", async () => {
    const { cluster, deleted } = fakeCluster({ stuck: Number.POSITIVE_INFINITY });
    const evict = (anyway: boolean) =>
      evictAll(cluster, "b", [pod("stuck")], { seconds: 0, pauseMs: 1, anyway });
    await assert.rejects(evict(false), (error) => {
      assert.ok(error instanceof DrainBlocked);
      assert.match(error.message, /Still there: lease-a\/stuck: kept by PodDisruptionBudget keep/);
      return true;
    });
    await evict(true);
    assert.deepEqual(deleted, ["stuck"]);
  });

  /** One pod that is never let go, for the reason that the API server gives. */
  function refusing(error: Error, namespace: object) {
    const cluster = {
      async get(path: string) {
        if (path === "/api/v1/namespaces/lease-a") return namespace;
        if (!path.includes("poddisruptionbudgets")) return { items: [pod("stuck")] };
        const budget = (name: string) => ({
          metadata: { namespace: "lease-a", name },
          spec: { selector: {} },
          status: { disruptionsAllowed: 1 },
        });
        return { items: [budget("one"), budget("two")] };
      },
      async request() {
        throw error;
      },
    };
    return evictAll(cluster as unknown as Cluster, "b", [pod("stuck")], { seconds: 0, pauseMs: 1 });
  }

  it("names every budget of a pod that has more than one, whatever they allow", async () => {
    const message = "This pod has more than one PodDisruptionBudget, which is not supported.";
    await assert.rejects(
      refusing(new ClusterRejected("https://x", "POST", 500, message), {}),
      /lease-a\/stuck: PodDisruptionBudgets one and two select it/,
    );
    const other = new ClusterRejected("https://x", "POST", 500, "etcdserver: no leader");
    await assert.rejects(refusing(other, {}), /no leader/);
  });

  it("waits for pods whose namespace is being deleted, and takes no other ban for that", async () => {
    const forbidden = new ClusterForbidden("https://x", "POST", 403);
    const leaving = { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } };
    await assert.rejects(refusing(forbidden, leaving), /lease-a\/stuck: its namespace is being deleted/);
    await assert.rejects(refusing(forbidden, { metadata: {} }), ClusterForbidden);
  });

  it("finds the leases that have pods on it", async () => {
    const labels = { "akash.network/lease.id.owner": "akash1x", "akash.network/lease.id.dseq": "7" };
    const namespaces = {
      items: [{ metadata: { name: "lease-a", labels } }, { metadata: { name: "lease-b" } }],
    };
    const leases = await readLeases({ get: async () => namespaces } as unknown as Cluster);
    const other = { ...pod("system"), metadata: { namespace: "kube-system", name: "x" } };
    assert.deepEqual(leasesOf([pod("web"), pod("db"), other], leases), ["akash1x/7"]);
    assert.deepEqual(leasesOf([pod("done", {}, "Failed"), other], leases), []);
  });
});
