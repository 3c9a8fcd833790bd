import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  distributionOf,
  gpuOperatorValues,
  runtimeClassOwner,
} from "../../../components/gpu/operatorValues.ts";

describe("runtimeClassOwner", () => {
  it("is the operator where it is installed and the site elsewhere", () => {
    assert.equal(runtimeClassOwner("chart"), "operator");
    assert.equal(runtimeClassOwner("none"), "site");
    assert.equal(runtimeClassOwner(), "site");
    assert.equal(runtimeClassOwner("none", "distribution"), "distribution");
  });

  it("refuses a second owner, and none, by name", () => {
    assert.throws(() => runtimeClassOwner("chart", "site"), /`runtimeClass: site`.*`operator: chart`/);
    assert.throws(() => runtimeClassOwner("chart", "distribution"), RangeError);
    assert.throws(() => runtimeClassOwner("none", "operator"), /needs `operator: chart`/);
  });
});

describe("distributionOf", () => {
  const node = (kubeletVersion: string) => ({ status: { nodeInfo: { kubeletVersion } } });

  it("is K3s where a kubelet says so", () => {
    assert.equal(distributionOf([node("v1.34.3+k3s1")]), "k3s");
    assert.equal(distributionOf([node("v1.34.3"), node("v1.34.3+k3s1")]), "k3s");
    for (const nodes of [[node("v1.34.3")], [node("v1.34.3+rke2r1")], [{}], []])
      assert.equal(distributionOf(nodes), "other");
  });
});

describe("gpuOperatorValues", () => {
  const allocatedOnly = { name: "ACCEPT_NVIDIA_VISIBLE_DEVICES_ENVVAR_WHEN_UNPRIVILEGED", value: "false" };

  it("gives no lease more GPUs than it was allocated, on any distribution", () => {
    for (const distribution of ["k3s", "other"] as const) {
      const { toolkit, cdi } = gpuOperatorValues({ distribution });
      assert.deepEqual((toolkit as { env: object[] }).env[0], allocatedOnly);
      assert.deepEqual(cdi, { enabled: true });
    }
    assert.deepEqual(gpuOperatorValues({ toolkit: false })["toolkit"], { enabled: false });
  });

  it("points the toolkit at K3s's containerd, and only there", () => {
    const text = JSON.stringify(gpuOperatorValues({}));
    assert.match(text, /\/run\/k3s\/containerd\/containerd\.sock/);
    assert.match(text, /config-v3\.toml\.d/);
    assert.doesNotMatch(JSON.stringify(gpuOperatorValues({ distribution: "other" })), /k3s/);
  });

  it("runs what finds and offers GPUs, and splits none", () => {
    const on = { enabled: true };
    const off = { enabled: false };
    assert.deepEqual(gpuOperatorValues({ distribution: "other" }), {
      operator: { runtimeClass: "nvidia" },
      driver: { ...off, rdma: off },
      toolkit: { ...on, env: [allocatedOnly] },
      cdi: on,
      devicePlugin: on,
      gfd: on,
      nfd: on,
      fabricManager: off,
      migManager: off,
      dcgmExporter: on,
      nodeStatusExporter: on,
    });
  });

  it("leaves a host's driver alone unless told otherwise", () => {
    assert.deepEqual(gpuOperatorValues({}).driver, { enabled: false, rdma: { enabled: false } });
    assert.deepEqual(gpuOperatorValues({ driver: true, fabricManager: true }).fabricManager, {
      enabled: true,
    });
  });
});
