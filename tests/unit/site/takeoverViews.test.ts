import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  type ContainerView,
  isProviderCommand,
  roleOf,
  signingKey,
} from "../../../components/site/takeover/roles.ts";
import { objectOf, podOf } from "../../../components/site/takeover/views.ts";
import { chartPod, IMAGE } from "./chartPod.ts";

describe("what a container does", () => {
  const role = (container: ContainerView) => roleOf({ image: IMAGE, ...container });

  it("is told by its image and command line", () => {
    assert.equal(role({ args: ["provider-services", "run"] }), "provider");
    assert.equal(role({ args: ["/bin/bash", "/scripts/run.sh"] }), "provider");
    assert.equal(role({ command: ["sh", "-c", "provider-services run --from x"] }), "provider");
    assert.equal(roleOf({ image: "mirror/x:1", command: ["/usr/bin/provider-services", "run"] }), "provider");
    for (const operator of ["hostname", "inventory", "ip"] as const) {
      assert.equal(role({ args: ["provider-services", "operator", operator] }), operator);
    }
  });

  it("is nothing for discovery pods, queries, sidecars and everything else", () => {
    assert.equal(role({ args: ["provider-services", "tools", "psutil", "serve"] }), undefined);
    assert.equal(role({ args: ["provider-services", "query", "provider"] }), undefined);
    assert.equal(role({ args: ["provider-services", "operator"] }), undefined);
    assert.equal(roleOf({ image: "ghcr.io/akash-network/attestation-sidecar:1", args: ["run"] }), undefined);
    assert.equal(roleOf({ image: "registry/provider-portal:1", args: ["run"] }), undefined);
    assert.equal(roleOf({}), undefined);
  });

  it("is told of a process, and its key by flag before variable", () => {
    assert.ok(isProviderCommand(["/usr/local/bin/provider-services", "run", "--from", "k"]));
    assert.ok(!isProviderCommand(["provider-services", "query"]));
    assert.ok(!isProviderCommand(["vim", "run"]));
    assert.equal(signingKey(["--from", "a"], { AP_FROM: "b" }), "a");
    assert.equal(signingKey(["--from=a"], {}), "a");
    assert.equal(signingKey([], { AKASH_FROM: "c", AP_FROM: "b" }), "b");
    assert.equal(signingKey([], {}), undefined);
  });

  it("is nothing once its pod has ended", () => {
    const role = (phase: string) => podOf({ ...chartPod, status: { phase } })?.role;
    for (const phase of ["Failed", "Succeeded"]) assert.equal(role(phase), undefined, phase);
    for (const phase of ["Pending", "Running", "Unknown"]) assert.equal(role(phase), "provider", phase);
  });

  it("belongs to a workload", () => {
    const owned = podOf({
      ...chartPod,
      metadata: {
        name: "old-5d8f-x",
        labels: { "pod-template-hash": "5d8f" },
        ownerReferences: [{ kind: "ReplicaSet", name: "old-5d8f" }],
      },
    });
    assert.deepEqual(owned?.controller, { kind: "Deployment", name: "old" });
    assert.deepEqual(podOf({ ...chartPod, metadata: { name: "bare" } })?.controller, {
      kind: "Pod",
      name: "bare",
    });
    assert.equal(
      podOf({ metadata: { name: "redis" }, spec: { containers: [{ image: "redis" }] } }),
      undefined,
    );
  });
});

describe("what decides about an object", () => {
  const details = (kind: string, parts: object) => {
    const { path, name, labels, annotations, ...rest } = objectOf(kind, "/c", {
      metadata: { name: "n" },
      ...parts,
    });
    assert.deepEqual([path, name, kind, labels, annotations], ["/c/n", "n", rest.kind, {}, {}]);
    return { ...rest, kind: undefined };
  };

  it("is the account and key of a workload", () => {
    const spec = { ...chartPod.spec, serviceAccountName: "akash-provider" };
    assert.deepEqual(details("StatefulSet", { spec: { template: { spec } } }).workload, {
      matchLabels: {},
      role: "provider",
      account: "akash-provider",
      key: { from: undefined, configMaps: ["akash-provider-main"] },
    });
    assert.deepEqual(details("Deployment", {}).workload, {
      matchLabels: {},
      role: undefined,
      account: "default",
      key: { from: undefined, configMaps: [] },
    });
    const template = {
      spec: { containers: [{ image: IMAGE, command: ["provider-services", "run"], envFrom: [{}] }] },
    };
    const deployment = details("Deployment", { spec: { selector: { matchLabels: { a: "b" } }, template } });
    assert.deepEqual(deployment.workload?.matchLabels, { a: "b" });
  });

  it("is what cannot be changed of a storage class, with the API server's defaults", () => {
    assert.deepEqual(details("StorageClass", { provisioner: "p" }).storage, {
      provisioner: "p",
      parameters: {},
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
    });
  });

  it("is the class of a claim and the subjects of a binding", () => {
    assert.equal(
      details("PersistentVolumeClaim", { spec: { storageClassName: "beta3" } }).storageClass,
      "beta3",
    );
    assert.equal(details("PersistentVolumeClaim", {}).storageClass, undefined);
    assert.deepEqual(details("ClusterRoleBinding", {}).binding, { role: "", subjects: [] });
    assert.equal(details("Service", {}).workload, undefined);
  });
});
