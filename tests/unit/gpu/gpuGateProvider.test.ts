import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { GpuNotReady } from "../../../components/gpu/errors.ts";
import { type GateWorld, handler } from "../../../components/gpu/gpuGateProvider.ts";
import type { NodeView } from "../../../components/gpu/types.ts";
import { rtx5090 } from "./cards.ts";
import { readyMachine } from "./machineFacts.ts";

const model = { vendor: "nvidia", model: "rtx5090", memory: "32Gi", interface: "pcie" };
const declared = {
  cluster: { kubeconfigPath: "/nowhere" },
  expected: ["a", "b"].map((node) => ({ node, ...model, count: 1 })),
  hosts: { a: { host: "192.0.2.1" }, b: { host: "192.0.2.2" } },
  k3sDataDir: "/var/lib/rancher/k3s",
  waitSeconds: 30,
};

function node(name: string, gpus: number): NodeView {
  return {
    metadata: { name, labels: { "akash.network/capabilities.gpu.vendor.nvidia.model.rtx5090": "1" } },
    status: { allocatable: { "nvidia.com/gpu": String(gpus) } },
  };
}

/** A cluster whose nodes offer GPUs as listed for one look after the other; the last one stays. */
function worldOf(looks: readonly Readonly<Record<string, number>>[], changes: Partial<GateWorld> = {}) {
  const seen = { looks: 0, pauses: 0, asked: [] as string[] };
  const at: GateWorld = {
    openCluster: async () => ({
      get: async <T>(path: string) => {
        if (path !== "/api/v1/nodes") return {} as T;
        const offered = looks[Math.min(seen.looks++, looks.length - 1)] ?? {};
        return { items: Object.entries(offered).map(([name, gpus]) => node(name, gpus)) } as T;
      },
    }),
    driverFacts: async (address) => {
      seen.asked.push(address.host);
      return readyMachine(rtx5090.lspci);
    },
    pause: async () => seen.pauses++,
    ...changes,
  };
  return { ...handler(at), seen };
}

const both = { a: 1, b: 1 };

async function stateOf(looks: readonly Readonly<Record<string, number>>[]) {
  const gate = worldOf(looks);
  const { inputs } = (await gate.check?.({}, declared)) ?? {};
  return (await gate.create(inputs)).outs;
}

describe("the gate's implementation", () => {
  it("derives from the bus what a preview can show", async () => {
    const { inputs } = (await worldOf([both]).check?.({}, declared)) ?? {};
    assert.deepEqual(inputs?.["gpus"], { a: "1 × rtx5090 32Gi pcie", b: "1 × rtx5090 32Gi pcie" });
    assert.equal(inputs?.["devices"].length, 2);
  });

  it("passes what agrees, without asking any machine", async () => {
    const gate = worldOf([both]);
    const { outs } = await gate.create(declared);
    assert.deepEqual(outs.devices, [
      { ...model, node: "a", present: 1, allocatable: 1 },
      { ...model, node: "b", present: 1, allocatable: 1 },
    ]);
    assert.deepEqual([outs.problems, gate.seen.asked, gate.seen.pauses], [[], [], 0]);
  });

  it("waits for what is still starting", async () => {
    const gate = worldOf([{}, { a: 1 }, { a: 1, b: 0 }, both]);
    const { outs } = await gate.create(declared);
    assert.deepEqual([outs.problems, outs.devices.length, gate.seen.pauses], [[], 2, 3]);
  });

  it("ends a first run by name, with nothing to advertise", async () => {
    const gate = worldOf([{ a: 1, b: 0 }]);
    await assert.rejects(
      gate.create(declared),
      (error) => error instanceof GpuNotReady && /^b has 1 × rtx5090.*device plugin/.test(error.message),
    );
    assert.equal(gate.seen.pauses, 6);
  });

  it("does not wait for a device plugin that nobody installs, whoever would have to", async () => {
    const plugin = (name: string, image: string) => ({
      items: [{ metadata: { name }, spec: { template: { spec: { containers: [{ image }] } } } }],
    });
    const cases: readonly [object | undefined, object | undefined, number][] = [
      [undefined, undefined, 0],
      [undefined, plugin("node-exporter", "exporter:1"), 0],
      [{}, undefined, 6],
      [undefined, plugin("nvidia-device-plugin-daemonset", "mirror.test/plugin:1"), 6],
      [undefined, plugin("plugin", "nvcr.io/nvidia/k8s-device-plugin:v0.17.0"), 6],
    ];
    for (const [namespace, daemonSets, pauses] of cases) {
      const answers: Readonly<Record<string, object | undefined>> = {
        "/api/v1/nodes": { items: [node("a", 1), node("b", 0)] },
        "/apis/node.k8s.io/v1/runtimeclasses/nvidia": {},
        "/api/v1/namespaces/gpu-operator": namespace,
        "/apis/apps/v1/daemonsets": daemonSets,
      };
      const gate = worldOf([], {
        openCluster: async () => ({ get: async <T>(path: string) => answers[path] as T }),
      });
      const says = pauses === 0 ? /neither NVIDIA's device plugin/ : /does not offer it yet/;
      await assert.rejects(gate.create(declared), says);
      assert.equal(gate.seen.pauses, pauses);
    }
  });

  it("does not wait where waiting cannot help", async () => {
    const gate = worldOf([{ a: 1, b: 0 }], {
      driverFacts: async () => readyMachine(rtx5090.lspci, { k3sRuntime: false }),
    });
    await assert.rejects(gate.create(declared), /came after K3s had started/);
    assert.equal(gate.seen.pauses, 0);
  });

  it("names a machine that does not answer", async () => {
    const gate = worldOf([{ a: 1 }], { driverFacts: () => Promise.reject(new Error("no route to host")) });
    await assert.rejects(gate.create(declared), /b has .*does not answer: no route to host/);
  });

  it("later keeps what agrees and takes back the rest, with its cause", async () => {
    const olds = await stateOf([both]);
    const gate = worldOf([{ a: 1, b: 0 }], {
      driverFacts: async () => readyMachine(rtx5090.lspci, { installed: "580.105.08" }),
    });
    const { props, inputs } = (await gate.read?.("gpus", olds)) ?? {};
    assert.deepEqual(inputs?.["gpus"], { a: "1 × rtx5090 32Gi pcie", b: "none" });
    const { inputs: news } = (await gate.check?.({}, declared)) ?? {};
    assert.deepEqual(await gate.diff?.("gpus", props, news), { changes: true });
    const outs = (await gate.update?.("gpus", props, news))?.outs;
    assert.deepEqual(
      outs?.devices.map((device: { node: string }) => device.node),
      ["a"],
    );
    assert.match(outs?.problems.join(), /^b has .*580\.105\.08 is installed/);
  });

  it("shows no drift when nothing changed, and forgets a problem that is over", async () => {
    const state = { ...(await stateOf([both])), problems: ["b was gone"] };
    const gate = worldOf([both]);
    const { props } = (await gate.read?.("gpus", state)) ?? {};
    const { inputs: news } = (await gate.check?.({}, declared)) ?? {};
    assert.deepEqual(await gate.diff?.("gpus", props, news), { changes: false });
    assert.deepEqual(props?.["problems"], []);
  });

  it("asks the cluster nothing where there are no GPUs", async () => {
    const gate = worldOf([both]);
    const { outs } = await gate.create({ ...declared, expected: [] });
    assert.deepEqual([outs.devices, gate.seen.looks], [[], 0]);
  });
});
