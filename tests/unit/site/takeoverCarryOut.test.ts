import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { deleteReplaced, removeLeftovers } from "../../../components/site/takeover/carryOut.ts";
import {
  ReleaseInstalledByHand,
  SecondSigner,
  TakeoverStuck,
} from "../../../components/site/takeover/index.ts";
import { planRecords, readRecords, siteReleases } from "../../../components/site/takeover/releases.ts";
import type { TakeoverItem } from "../../../components/site/takeover/types.ts";
import { declaredObjects } from "../akash/declared.ts";
import { scripted } from "./scriptedCluster.ts";

describe("Helm releases of a site whose state was lost", () => {
  const site = (mode: "gateway" | "classic", controller: "chart" | "none", operator: "chart" | "none") =>
    siteReleases({ ingress: { mode, controller }, gpu: { operator } }).map(
      ({ namespace, name }) => `${namespace}/${name}`,
    );

  it("are those that the components install", async function () {
    this.timeout(30_000);
    const objects = await declaredObjects(async () => {
      const { ClassicIngress, GatewayIngress } = await import("../../../components/ingress/index.ts");
      const { GpuSupport } = await import("../../../components/gpu/index.ts");
      new GatewayIngress("gateway", { domain: "example.com", crds: "existing" });
      new ClassicIngress("classic", { domain: "example.com" });
      new GpuSupport("gpu", { operator: "chart" });
    });
    const declared = (objects as readonly unknown[] as { chart?: string; name: string; namespace: string }[])
      .filter(({ chart }) => chart !== undefined)
      .map(({ namespace, name }) => `${namespace}/${name}`);
    const known = [...site("gateway", "chart", "chart"), ...site("classic", "chart", "none")];
    assert.deepEqual([...new Set(known)].sort(), [...new Set(declared)].sort());
    assert.deepEqual(site("gateway", "none", "none"), []);
  });

  it("lose their records if the engine wrote them, and stop the takeover if somebody else did", async () => {
    const collection = "/api/v1/namespaces/gpu-operator/secrets";
    const metadata = (manager: string) => ({
      name: "sh.helm.release.v1.gpu-operator.v1",
      managedFields: [{ manager }],
    });
    const records = async (manager: string) =>
      readRecords(
        scripted({
          [`${collection}?labelSelector=owner%3Dhelm%2Cname%3Dgpu-operator`]: {
            items: [{ metadata: metadata(manager), data: { release: "content" } }],
          },
        }),
        siteReleases({ ingress: { mode: "gateway", controller: "none" }, gpu: { operator: "chart" } }),
      );
    const ours = await records("pulumi-kubernetes");
    assert.deepEqual(
      planRecords(ours).map(({ action, path }) => [action, path]),
      [["replace", `${collection}/sh.helm.release.v1.gpu-operator.v1`]],
    );
    assert.doesNotMatch(JSON.stringify(ours), /content/);
    const foreign = await records("helm");
    assert.throws(() => planRecords(foreign), ReleaseInstalledByHand);
    assert.deepEqual(planRecords([]), []);
    const none = [{ namespace: "a", name: "b" }];
    assert.deepEqual(await readRecords(scripted({}), none), []);
    const unmarked = { items: [{ metadata: { name: "b.v1" } }] };
    const path = "/api/v1/namespaces/a/secrets?labelSelector=owner%3Dhelm%2Cname%3Db";
    assert.equal((await readRecords(scripted({ [path]: unmarked }), none))[0]?.byEngine, false);
  });
});

describe("carrying a takeover out", () => {
  const item = (action: TakeoverItem["action"], kind: string, path: string): TakeoverItem => {
    return { action, kind, name: path, reason: "", leases: "", path };
  };

  it("deletes only what is made anew before, and only leftovers after, bindings last", async () => {
    const items = [
      item("remove", "ClusterRoleBinding", "/binding"),
      item("adopt", "Service", "/service"),
      item("replace", "StatefulSet", "/set"),
      item("remove", "Secret", "/secret"),
      item("keep", "PersistentVolumeClaim", "/claim"),
    ];
    const cluster = scripted({ "/set": {} });
    await deleteReplaced(cluster, { items, blockers: [] });
    assert.deepEqual(cluster.asked, ["DELETE /set", "GET /set"]);
    cluster.asked.length = 0;
    const { path: _, ...pathless } = item("remove", "Secret", "");
    await removeLeftovers(cluster, { items: [...items, pathless], blockers: [] });
    assert.deepEqual(cluster.asked, ["DELETE /secret", "DELETE /binding"]);
  });

  it("takes a listener out of its Gateway where it is now, and no other", async () => {
    const listeners = ["http", "tcp-5002", "tcp-8443"].map((name) => ({ name }));
    const sent: unknown[] = [];
    const cluster = scripted({ "/gateway": { spec: { listeners } } });
    const remove = (listener: string, path: string) =>
      removeLeftovers(
        { ...cluster, request: async (...request) => void sent.push(request) },
        { items: [{ ...item("remove", "Listener", path), listener }], blockers: [] },
      );
    await remove("tcp-5002", "/gateway");
    const patch = [
      { op: "test", path: "/spec/listeners/1/name", value: "tcp-5002" },
      { op: "remove", path: "/spec/listeners/1" },
    ];
    assert.deepEqual(sent, [["PATCH", "/gateway", patch, "application/json-patch+json"]]);
    await remove("tcp-1", "/gateway");
    await remove("tcp-5002", "/gone");
    assert.equal(sent.length, 1);
  });

  it("says what does not go away", async () => {
    const held = { ...scripted({}), get: async <T>() => ({}) as T };
    const plan = { items: [item("replace", "StatefulSet", "/set")], blockers: [] };
    await assert.rejects(deleteReplaced(held, plan, 0), TakeoverStuck);
  });

  it("names every blocker with its remedy", () => {
    const { message } = new SecondSigner([{ place: "Pod a/b", problem: "runs", remedy: "stop it" }]);
    assert.match(message, /Pod a\/b runs; stop it\./);
    const stuck = new TakeoverStuck({
      ...item("replace", "StatefulSet", "/set"),
      namespace: "akash-services",
    });
    assert.match(stuck.message, /in akash-services was deleted/);
  });
});
