import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { ensureCrds } from "../../components/charts/crds.ts";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { GpuNotReady } from "../../components/gpu/errors.ts";
import { handler } from "../../components/gpu/gpuGateProvider.ts";
import { cephClasses, cephCluster, cephPools } from "../../components/storage/ceph.ts";
import { storageClassObjects } from "../../components/storage/classes.ts";
import type { ChosenDisk } from "../../components/storage/disks.ts";
import { cephToolbox } from "../../components/storage/toolbox.ts";
import { startCluster, stopCluster } from "../../embedded/index.ts";
import { ensureToolchain, silentProgress } from "../../toolchain/index.ts";
import { rtx5090 } from "../unit/gpu/cards.ts";
import { readyMachine } from "../unit/gpu/machineFacts.ts";

const NODE = "embedded-2";
const STATUS = `/api/v1/nodes/${NODE}/status`;

/** A real API server whose simulated node shows one RTX 5090; what the machine says of itself is scripted. */
describe("on a real API server", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "gpu-gate-"));
  let kubeconfigPath: string;
  let cluster: Cluster;

  before(async () => {
    const toolchain = await ensureToolchain({ tools: ["embedded"], progress: silentProgress });
    kubeconfigPath = (await startCluster({ folder, toolchain })).kubeconfig;
    cluster = await openCluster({ kubeconfigPath });
  });

  after(async () => {
    await stopCluster(folder);
    rmSync(folder, { recursive: true, force: true });
  });

  const declared = () => ({
    cluster: { kubeconfigPath },
    expected: [
      { node: NODE, vendor: "nvidia", model: "rtx5090", memory: "32Gi", interface: "pcie", count: 1 },
    ],
    hosts: { [NODE]: { host: "192.0.2.12" } },
    k3sDataDir: "/var/lib/rancher/k3s",
    waitSeconds: 1,
  });
  const gateOn = (facts = readyMachine(rtx5090.lspci)) =>
    handler({ openCluster, driverFacts: async () => facts, pause: async () => undefined });
  const offer = (gpus: number) => {
    const resources = { "nvidia.com/gpu": String(gpus) };
    const body = { status: { capacity: resources, allocatable: resources } };
    return cluster.request("PATCH", STATUS, body, "application/merge-patch+json");
  };
  const makeRuntimeClass = () =>
    cluster.request("POST", "/apis/node.k8s.io/v1/runtimeclasses", {
      apiVersion: "node.k8s.io/v1",
      kind: "RuntimeClass",
      metadata: { name: "nvidia" },
      handler: "nvidia",
    });

  describe("the GPU gate", () => {
    let state: Record<string, unknown>;

    it("passes a GPU that bus and node agree on", async () => {
      const { outs } = await gateOn().create(declared());
      assert.deepEqual([outs.gpus, outs.problems], [{ [NODE]: "1 × rtx5090 32Gi pcie" }, []]);
      state = outs;
    });

    it("ends a first run whose node offers none, by its cause", async () => {
      await offer(0);
      const causes: readonly [ReturnType<typeof readyMachine>, RegExp][] = [
        [readyMachine(rtx5090.lspci), /no RuntimeClass nvidia/],
        [readyMachine(rtx5090.lspci, { k3sRuntime: false, docker: true }), /for Docker only/],
        [readyMachine(rtx5090.lspci, { loaded: "", installed: "" }), /no NVIDIA driver/],
      ];
      for (const [facts, says] of causes) {
        await assert.rejects(
          gateOn(facts).create(declared()),
          (error) => error instanceof GpuNotReady && says.test(error.message),
        );
      }
      await makeRuntimeClass();
      await assert.rejects(
        gateOn().create(declared()),
        /neither NVIDIA's device plugin nor the GPU operator/,
      );
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "gpu-operator" } };
      await cluster.request("POST", "/api/v1/namespaces", namespace);
      await assert.rejects(gateOn().create(declared()), /device plugin does not offer it yet/);
    });

    it("shows a GPU that went as drift, takes it back, and lets it return", async () => {
      const gate = gateOn();
      const gone = await gate.read?.("gpus", state);
      assert.deepEqual(gone?.inputs?.["gpus"], { [NODE]: "none" });
      const { inputs: news } = (await gate.check?.({}, declared())) ?? {};
      assert.deepEqual(await gate.diff?.("gpus", gone?.props, news), { changes: true });
      const withdrawn = await gate.update?.("gpus", gone?.props, news);
      assert.deepEqual(withdrawn?.outs?.devices, []);
      assert.match(withdrawn?.outs?.problems.join(), /embedded-2 has 1 × rtx5090 32Gi pcie, not advertised/);

      await offer(1);
      const back = await gate.read?.("gpus", withdrawn?.outs);
      assert.deepEqual(await gate.diff?.("gpus", back?.props, news), { changes: false });
      assert.equal(back?.props?.["devices"].length, 1);
      assert.deepEqual(back?.props?.["problems"], []);
    });

    it("advertises no card of another model, nor more than are there", async () => {
      const [card] = declared().expected;
      await assert.rejects(
        gateOn().create({ ...declared(), expected: [{ ...card, model: "rtx4090", memory: "24Gi" }] }),
        /the cluster shows 1 × rtx5090 32Gi pcie there/,
      );
      await offer(2);
      await assert.rejects(gateOn().create(declared()), /the cluster offers 2 × rtx5090 32Gi pcie/);
      await offer(1);
    });
  });

  describe("Ceph's objects", () => {
    const disks: ChosenDisk[] = [
      { node: "a", device: "/dev/disk/by-id/wwn-1", kind: "hdd" },
      { node: "b", device: "/dev/disk/by-id/wwn-2", kind: "ssd" },
      { node: "c", device: "/dev/disk/by-id/nvme-eui.3", kind: "nvme" },
    ];
    const apply = (path: string, object: unknown) =>
      cluster.request(
        "PATCH",
        `${path}?fieldManager=test&force=true&fieldValidation=Strict`,
        object,
        "application/apply-patch+yaml",
      );

    it("are what the pinned release of Rook defines", async function () {
      // Neither mirror, nor release, nor Go module: a machine without any way out.
      const definitions = await ensureCrds("rook").catch((error: Error) => {
        process.stdout.write(`${error.message}\n`);
        return undefined;
      });
      if (definitions === undefined) return this.skip();
      for (const object of definitions) {
        await apply(
          `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${object.metadata.name}`,
          object,
        );
      }
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "rook-ceph" } };
      await apply("/api/v1/namespaces/rook-ceph", namespace);
      const ceph = "/apis/ceph.rook.io/v1/namespaces/rook-ceph";
      await untilServed(() => cluster.get(`${ceph}/cephclusters`));
      await apply(`${ceph}/cephclusters/rook-ceph`, cephCluster(disks));
      for (const pool of cephPools(disks)) {
        await apply(`${ceph}/cephblockpools/${pool.metadata.name}`, pool);
      }
      const toolbox = { apiVersion: "apps/v1", kind: "Deployment", ...cephToolbox() };
      await apply(`/apis/apps/v1/namespaces/rook-ceph/deployments/${toolbox.metadata.name}`, toolbox);
    });

    it("are classes that leases can claim, under their label", async () => {
      for (const object of storageClassObjects(cephClasses(disks))) {
        const { annotations: _ours, ...metadata } = object.metadata;
        await apply(`/apis/storage.k8s.io/v1/storageclasses/${object.metadata.name}`, {
          apiVersion: "storage.k8s.io/v1",
          kind: "StorageClass",
          ...object,
          metadata,
        });
      }
      const list = await cluster.get<{
        readonly items: readonly { readonly metadata: { readonly name: string } }[];
      }>("/apis/storage.k8s.io/v1/storageclasses?labelSelector=akash.network%3Dtrue");
      const names = list?.items.map(({ metadata }) => metadata.name) ?? [];
      for (const name of ["beta1", "beta2", "beta3"]) assert.ok(names.includes(name), name);
    });
  });
});

/** A definition is served a moment after it is accepted. */
async function untilServed(ask: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; (await ask()) === undefined; attempt++) {
    assert.ok(attempt < 100, "the definitions are not served");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
