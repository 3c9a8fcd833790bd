import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Cluster } from "../../../components/cluster/types.ts";
import { RebootRefused } from "../../../components/hosts/reboot.ts";
import { NodeNotReady } from "../../../components/k3s/errors.ts";
import { type RestartWorld, restartNode } from "../../../components/k3s/restartNode.ts";

const machine = { site: "garage", node: "gpu-1", address: { host: "192.0.2.1" } };
const options = { reason: "a new driver", allowed: false, env: {} };

/** What runs where: leases by their node. */
interface Running {
  readonly leases?: Readonly<Record<string, string>>;
  /** Whether the node is ready, one look after the other; the last one stays. */
  readonly ready?: readonly boolean[];
}

function clusterOf({ leases = {}, ready = [true] }: Running): Pick<Cluster, "get"> {
  let looks = 0;
  const answer = (path: string): unknown => {
    if (path.startsWith("/api/v1/namespaces?")) {
      return {
        items: Object.values(leases).map((dseq) => ({
          metadata: {
            name: `lease-${dseq}`,
            labels: { "akash.network/lease.id.owner": "akash1x", "akash.network/lease.id.dseq": dseq },
          },
        })),
      };
    }
    if (path.startsWith("/api/v1/pods?")) {
      const node = decodeURIComponent(path).split("spec.nodeName=")[1] ?? "";
      const dseq = leases[node];
      return { items: dseq === undefined ? [] : [{ metadata: { namespace: `lease-${dseq}`, name: "web" } }] };
    }
    const status = ready[Math.min(looks++, ready.length - 1)] ? "True" : "False";
    return { metadata: { name: "gpu-1" }, status: { conditions: [{ type: "Ready", status }] } };
  };
  return { get: async <T>(path: string) => answer(path) as T };
}

/** A world that notes its restarts; `rebootHost` itself judges whether they may be. */
function worldOf(cluster: Pick<Cluster, "get"> | undefined, changes: Partial<RestartWorld> = {}) {
  const done: string[] = [];
  const at: RestartWorld = {
    openCluster: async () => cluster,
    reboot: async ({ host }, { reason = "", leasesOn, allowWithLeases, remedy = "" } = {}) => {
      const leases = allowWithLeases ? [] : await leasesOn?.();
      if (leases === undefined || leases.length > 0) throw new RebootRefused(host, reason, leases, remedy);
      done.push(`reboot ${host}`);
    },
    pause: async () => done.push("wait"),
    ...changes,
  };
  return { at, done };
}

describe("restarting the machine of a node", () => {
  it("goes on where no leases run on it, whatever runs elsewhere", async () => {
    const { at, done } = worldOf(clusterOf({ leases: { "gpu-2": "42" } }));
    await restartNode(machine, options, at);
    assert.deepEqual(done, ["reboot 192.0.2.1"]);
  });

  it("refuses under a lease, and names it and how to agree", async () => {
    const { at, done } = worldOf(clusterOf({ leases: { "gpu-1": "42" } }));
    await assert.rejects(
      restartNode(machine, options, at),
      (error) =>
        error instanceof RebootRefused &&
        /a lease runs on it: akash1x\/42\. .*give gpu-1 `reboot: allowed`.*PULUMI_AKASH_ALLOW=leases:gpu-1\.$/.test(
          error.message,
        ),
    );
    assert.deepEqual(done, []);
  });

  it("goes on under a lease where the file or consent for one run allows it", async () => {
    const allowances = [
      { ...options, allowed: true },
      { ...options, env: { PULUMI_AKASH_ALLOW: "leases:gpu-1" } },
      { ...options, env: { PULUMI_AKASH_ALLOW: "data:gpu-1,leases:*" } },
    ];
    for (const allowance of allowances) {
      const { at, done } = worldOf(clusterOf({ leases: { "gpu-1": "42" } }));
      await restartNode(machine, allowance, at);
      assert.deepEqual(done, ["reboot 192.0.2.1"]);
    }
    const { at } = worldOf(clusterOf({ leases: { "gpu-1": "42" } }));
    const other = { ...options, env: { PULUMI_AKASH_ALLOW: "leases:gpu-2,data:gpu-1" } };
    await assert.rejects(restartNode(machine, other, at), RebootRefused);
  });

  it("refuses where no server can say, unless it is agreed to", async () => {
    const { at } = worldOf(undefined);
    await assert.rejects(
      restartNode(machine, options, at),
      /nobody knows whether leases run on it\. Start K3s on the servers of garage.*leases:gpu-1/,
    );
    const agreed = worldOf(undefined);
    await restartNode(machine, { ...options, allowed: true }, agreed.at);
    assert.deepEqual(agreed.done, ["reboot 192.0.2.1"]);
  });

  it("waits until a node that was ready is so again, also while no server answers", async () => {
    const cluster = clusterOf({ ready: [true, false, true] });
    let asked = 0;
    const { at, done } = worldOf(cluster, {
      openCluster: async () => {
        asked++;
        if (asked === 2) throw new Error("no answer yet");
        return asked === 3 ? undefined : cluster;
      },
    });
    await restartNode(machine, options, at);
    assert.deepEqual(done, ["reboot 192.0.2.1", "wait", "wait", "wait"]);
  });

  it("says so when it does not come back, and does not wait for one that was not ready before", async () => {
    const lost = worldOf(clusterOf({ ready: [true, false] }));
    await assert.rejects(
      restartNode(machine, { ...options, readySeconds: 6 }, lost.at),
      (error) => error instanceof NodeNotReady && /gpu-1 .* not ready again after 6 s/.test(error.message),
    );
    const stopped = worldOf(clusterOf({ ready: [false] }));
    await restartNode(machine, options, stopped.at);
    assert.deepEqual(stopped.done, ["reboot 192.0.2.1"]);
  });

  it("takes the machines of a cluster one after the other, also after one that was refused", async () => {
    const done: string[] = [];
    const step = async (word: string) => {
      await new Promise((resolve) => setImmediate(resolve));
      done.push(word);
    };
    const world = (node: string): RestartWorld => ({
      ...worldOf(clusterOf({})).at,
      reboot: async () => {
        await step(`${node} down`);
        if (node === "b") throw new Error("refused");
        await step(`${node} up`);
      },
    });
    const outcomes = await Promise.allSettled(
      ["a", "b", "c"].map((node) => restartNode({ ...machine, node }, options, world(node))),
    );
    assert.deepEqual(done, ["a down", "a up", "b down", "c down", "c up"]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
  });
});
