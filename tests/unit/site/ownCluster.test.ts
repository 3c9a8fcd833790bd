import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { DevicePluginPresent } from "../../../components/gpu/errors.ts";
import { parseSiteConfig } from "../../../components/site/config.ts";
import { otherDevicePlugin } from "../../../components/site/observe.ts";
import { cephAccess, gpuSupportArgs } from "../../../components/site/ownCluster.ts";
import { observedOf } from "../nodes/machine.ts";
import { declaration } from "./declarations.ts";

describe("the GPU operator on an existing cluster", () => {
  const pricing = { gpu: { rtx5090: 120 } };
  const auto = parseSiteConfig(declaration({ pricing }));
  const named = parseSiteConfig(declaration({ pricing, gpu: { operator: "chart" } }));
  const none = parseSiteConfig(declaration({ pricing, gpu: { operator: "none" } }));

  const plugin = (namespace: string) => ({
    metadata: { name: "nvidia-device-plugin", namespace },
    spec: { template: { spec: { containers: [{ image: "nvcr.io/nvidia/k8s-device-plugin:v0.17.0" }] } } },
  });
  const clusterWith = (...items: object[]) => ({
    get: async <T>(path: string) => (path === "/apis/apps/v1/daemonsets" ? ({ items } as T) : undefined),
  });

  it("is not installed beside a device plugin of somebody else's", async () => {
    const devicePlugin = await otherDevicePlugin(clusterWith(plugin("nvidia-device-plugin")), auto);
    assert.equal(devicePlugin, "nvidia-device-plugin/nvidia-device-plugin");
    assert.equal(gpuSupportArgs(auto, { devicePlugin }).operator, "none");
    assert.equal(gpuSupportArgs(auto, {}).operator, "chart");
  });

  it("is where the only device plugin is its own, or there is none", async () => {
    for (const cluster of [
      clusterWith(plugin("gpu-operator")),
      clusterWith(),
      { get: async () => undefined },
    ])
      assert.equal(await otherDevicePlugin(cluster, auto), undefined);
  });

  it("is refused, by the name of the other, where the declaration asks for it", async () => {
    await assert.rejects(otherDevicePlugin(clusterWith(plugin("gpus")), named), (error: Error) => {
      assert.ok(error instanceof DevicePluginPresent);
      assert.match(error.message, /second device plugin beside the DaemonSet gpus\/nvidia-device-plugin/);
      return true;
    });
    assert.equal(await otherDevicePlugin(clusterWith(plugin("gpu-operator")), named), undefined);
    assert.equal(await otherDevicePlugin(clusterWith(plugin("gpus")), none), undefined);
  });
});

describe("the inventory operator's access to Ceph", () => {
  const site = (...classes: readonly object[]) => parseSiteConfig(declaration({ storage: { classes } }));
  const rook = { name: "beta3", provisioner: "rook-ceph.rbd.csi.ceph.com" };
  const elsewhere = { name: "beta2", provisioner: "storage.cephfs.csi.ceph.com" };

  it("is to the Ceph of a declared class, whoever made it", () => {
    assert.deepEqual(cephAccess(site(rook), {}), { cephNamespace: "rook-ceph" });
    assert.deepEqual(cephAccess(site(elsewhere), {}), { cephNamespace: "storage" });
    // An operator may serve clusters in other namespaces.
    const apart = { ...rook, parameters: { clusterID: "rook-ceph-fast" } };
    assert.deepEqual(cephAccess(site(apart), {}), { cephNamespace: "rook-ceph-fast" });
  });

  it("is none without one, and to the site's own before all others", () => {
    const local = { name: "beta3", provisioner: "rancher.io/local-path" };
    const plain = { name: "beta1", provisioner: "rbd.csi.ceph.com" };
    for (const config of [site(), site(local), site(plain)]) assert.deepEqual(cephAccess(config, {}), {});
    const nodes = observedOf([], { disks: [{ node: "a", device: "/dev/sdb", kind: "nvme" }] });
    assert.deepEqual(cephAccess(site(elsewhere), { nodes }), { cephNamespace: "rook-ceph" });
  });
});
