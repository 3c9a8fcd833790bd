import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { PROVIDER_LABELS } from "../../../components/akash/names.ts";
import { ProviderOfOtherOwner } from "../../../components/site/takeover/index.ts";
import { requireOwnProvider } from "../../../components/site/takeover/owner.ts";
import type { ExistingObject, ExistingPod, ExistingSite } from "../../../components/site/takeover/types.ts";
import { account, actions, binding, nothing, OTHER, OWNER, object, plan, pod } from "./earlierSetUp.ts";

describe("bindings in a takeover", () => {
  it("removes all rights over the cluster from the account that the earlier provider ran as", () => {
    const provider = object("StatefulSet", "akash-provider", {
      workload: {
        role: "provider",
        matchLabels: {},
        account: "default",
        key: { from: OWNER, configMaps: [] },
      },
    });
    assert.deepEqual(actions([provider, binding("akash", "cluster-admin", account("default"))]), [
      "replace akash-provider",
      "remove akash",
    ]);
  });

  it("adopts one of the declared name unless it binds another role", () => {
    const declared = (role: string) => actions([binding("akash-provider", role, account("akash-provider"))]);
    assert.deepEqual(declared("akash-provider"), ["adopt akash-provider"]);
    assert.deepEqual(declared("cluster-admin"), ["replace akash-provider"]);
  });

  it("leaves one that names others too, and those of others", () => {
    const shared = binding("admins", "cluster-admin", account("akash-provider"), account("ops", "ops"));
    assert.deepEqual(actions([shared]), ["keep admins"]);
    assert.deepEqual(actions([binding("node", "view", account("akash-node"))]), []);
    assert.deepEqual(actions([binding("x", "cluster-admin", account("akash-provider", "elsewhere"))]), []);
  });
});

describe("second signers", () => {
  const blockers = (pods: ExistingPod[], processes: ExistingSite["processes"] = []) =>
    plan([], { pods, processes }).blockers.map(({ place }) => place);

  it("are providers that may sign with the site's wallet and are not taken over", () => {
    assert.deepEqual(blockers([pod()]), ["StatefulSet elsewhere/provider"]);
    assert.deepEqual(blockers([pod({ key: { from: "mykey", configMaps: [] } })]), [
      "StatefulSet elsewhere/provider",
    ]);
    assert.deepEqual(blockers([pod({ key: { from: OTHER, configMaps: [] } })]), []);
    assert.deepEqual(blockers([pod({ ours: true }), pod({ role: "inventory" })]), []);
    const taken = {
      namespace: "akash-services",
      controller: { kind: "StatefulSet", name: "akash-provider" },
    };
    assert.deepEqual(blockers([pod(taken)]), []);
    assert.deepEqual(
      blockers([pod({ ...taken, controller: { kind: "Deployment", name: "akash-provider" } })]),
      ["Deployment akash-services/akash-provider"],
    );
  });

  it("are no pods that an interrupted takeover has left without a workload", () => {
    const left = (parts: Partial<ExistingPod> = {}) => {
      const name = parts.name ?? "akash-provider-0";
      const controller = { kind: "Pod", name };
      return pod({ namespace: "akash-services", name, labels: PROVIDER_LABELS, controller, ...parts });
    };
    assert.deepEqual(blockers([left(), left({ name: "akash-provider-12" })]), []);
    assert.deepEqual(blockers([left({ labels: { ...PROVIDER_LABELS, "pod-index": "0" } })]), []);
    // The new StatefulSet would not take these for its own, and they would run on beside it.
    assert.deepEqual(blockers([left({ labels: { app: "akash-provider" } })]), [
      "Pod akash-services/akash-provider-0",
    ]);
    assert.deepEqual(blockers([left({ name: "akash-provider" })]), ["Pod akash-services/akash-provider"]);
    assert.deepEqual(blockers([left({ namespace: "elsewhere" })]), ["Pod elsewhere/akash-provider-0"]);
  });

  it("are named once, however many pods they have, with what stops them", () => {
    const { blockers: found } = plan([], { pods: [pod(), pod({ name: "provider-1" })] });
    assert.equal(found.length, 1);
    assert.match(found[0]?.remedy ?? "", /kubectl -n elsewhere scale statefulset\/provider --replicas=0/);
    const bare = plan([], { pods: [pod({ controller: { kind: "Pod", name: "provider-0" } })] }).blockers[0];
    assert.match(bare?.remedy ?? "", /delete pod provider-0/);
  });

  it("may run on this machine", () => {
    assert.deepEqual(blockers([], [{ pid: 7, from: undefined }]), ["process 7 on this machine"]);
    assert.deepEqual(blockers([], [{ pid: 7, from: OTHER }]), []);
  });

  it("are stopped providers no more, and those without the wallet stay", () => {
    const stopped = (from: string | undefined) =>
      actions([
        object("Deployment", "old", {
          workload: { role: "provider", matchLabels: {}, account: "x", key: { from, configMaps: [] } },
        }),
      ]);
    assert.deepEqual(stopped(OWNER), ["remove old"]);
    assert.deepEqual(stopped(OTHER), ["keep old"]);
    assert.deepEqual(stopped(undefined), ["keep old"]);
  });

  it("include no operator, but one in another namespace goes", () => {
    const stray = pod({ role: "inventory", controller: { kind: "Deployment", name: "inventory" } });
    const { items, blockers: found } = plan([], { pods: [stray, stray] });
    assert.deepEqual(found, []);
    assert.deepEqual(
      items.map(({ action, path }) => [action, path]),
      [["remove", "/apis/apps/v1/namespaces/elsewhere/deployments/inventory"]],
    );
  });
});

describe("the owner of the provider that is replaced", () => {
  const set = (from: string | undefined, parts: Partial<ExistingObject> = {}) =>
    object("StatefulSet", "akash-provider", {
      workload: { role: "provider", matchLabels: {}, account: "x", key: { from, configMaps: [] } },
      ...parts,
    });
  const require = (parts: Partial<ExistingSite>) => requireOwnProvider({ ...nothing, ...parts }, OWNER);

  it("is the site's own, or not told", () => {
    for (const from of [OWNER, "provider", undefined]) require({ objects: [set(from)] });
    const ours = { labels: { "app.kubernetes.io/managed-by": "pulumi-akash" } };
    require({
      objects: [set(OTHER, ours), { ...set(OTHER), name: "other" }, object("Service", "akash-provider")],
    });
    require({ pods: [pod({ key: { from: OTHER, configMaps: [] } })] });
  });

  it("is no other address: both are named, with what to do", () => {
    assert.throws(
      () => require({ objects: [set(OTHER)] }),
      (error: Error) => {
        assert.ok(error instanceof ProviderOfOtherOwner);
        const remedy = "kubectl -n akash-services delete statefulset akash-provider";
        for (const named of [OTHER, OWNER, "StatefulSet akash-services/akash-provider", remedy]) {
          assert.ok(error.message.includes(named), named);
        }
        return true;
      },
    );
  });

  it("is told by a pod that has lost its workload, too", () => {
    const left = pod({
      ...{ namespace: "akash-services", name: "akash-provider-0", labels: PROVIDER_LABELS },
      controller: { kind: "Pod", name: "akash-provider-0" },
      key: { from: OTHER, configMaps: [] },
    });
    assert.throws(() => require({ pods: [left] }), /delete pod akash-provider-0/);
  });
});
