import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { commonModels } from "../../../components/gpu/commonModels.ts";
import { detectFromNodes } from "../../../components/gpu/detect.ts";
import type { NodeView } from "../../../components/gpu/types.ts";

const nfd = "feature.node.kubernetes.io/pci";
const inventory = "akash.network/capabilities.gpu.vendor.nvidia.model";

function node(name: string, labels: Record<string, string>, gpus?: string): NodeView {
  return {
    metadata: { name, labels },
    status: { allocatable: { cpu: "8", ...(gpus === undefined ? {} : { "nvidia.com/gpu": gpus }) } },
  };
}

function detect(...nodes: NodeView[]) {
  return detectFromNodes(nodes, commonModels);
}

const rtx5090 = { vendor: "nvidia", model: "rtx5090", memory: "32Gi", interface: "pcie" };

describe("detectFromNodes", () => {
  it("reads the inventory operator's labels", () => {
    const labels = {
      [`${inventory}.rtx5090`]: "2",
      [`${inventory}.rtx5090.ram.32Gi`]: "2",
      [`${inventory}.rtx5090.interface.PCIe`]: "2",
    };
    const { devices, problems } = detect(node("a", labels, "2"));
    assert.deepEqual(devices, [{ ...rtx5090, node: "a", present: 2, allocatable: 2 }]);
    assert.deepEqual(problems, []);
  });

  it("reads a PCI id, with and without its class", () => {
    for (const key of [`${nfd}-0300_10de_2b85.present`, `${nfd}-10de_2b85.present`]) {
      const { devices, problems } = detect(node("a", { [key]: "true" }, "1"));
      assert.deepEqual(devices, [{ ...rtx5090, node: "a", present: 1, allocatable: 1 }]);
      assert.deepEqual(problems, []);
    }
  });

  it("ignores a card's own sound controller", () => {
    const labels = { [`${nfd}-0300_10de_2b85.present`]: "true", [`${nfd}-0403_10de_22e8.present`]: "true" };
    assert.deepEqual(detect(node("a", labels, "1")).problems, []);
  });

  it("takes the memory from the database, not from the driver's MiB", () => {
    const labels = { "nvidia.com/gpu.product": "NVIDIA-GeForce-RTX-5090", "nvidia.com/gpu.memory": "32607" };
    assert.equal(detect(node("a", labels, "1")).devices[0]?.memory, "32Gi");
  });

  it("tells variants of one model apart by memory and interface", () => {
    const variants: readonly [string, string, string, string][] = [
      ["NVIDIA-A100-SXM4-40GB", "40960", "40Gi", "sxm"],
      ["NVIDIA-A100-SXM4-80GB", "81920", "80Gi", "sxm"],
      ["NVIDIA-A100-PCIE-40GB", "40960", "40Gi", "pcie"],
      ["NVIDIA-H100-80GB-HBM3", "81559", "80Gi", "sxm"],
      ["NVIDIA-H100-PCIe", "81559", "80Gi", "pcie"],
    ];
    for (const [product, mib, memory, attachment] of variants) {
      const labels = { "nvidia.com/gpu.product": product, "nvidia.com/gpu.memory": mib };
      const [device] = detect(node("a", labels, "8")).devices;
      assert.deepEqual([device?.memory, device?.interface], [memory, attachment], product);
    }
  });

  it("names a GPU that is there but not offered to pods", () => {
    for (const gpus of ["0", undefined]) {
      const { problems } = detect(node("a", { [`${nfd}-0300_10de_2b85.present`]: "true" }, gpus));
      assert.deepEqual(
        problems.map(({ kind, node: name }) => [kind, name]),
        [["not-allocatable", "a"]],
      );
    }
  });

  it("names a PCI id the database lacks, with where to submit it", () => {
    const { devices, problems } = detect(node("a", { [`${nfd}-0302_10de_ffff.present`]: "true" }, "1"));
    assert.deepEqual(devices, []);
    assert.equal(problems[0]?.kind, "unknown-pci-id");
    assert.match(problems[0]?.message ?? "", /10de:ffff.*provider-configs/);
  });

  it("names a product it cannot tell, GPUs without labels, a dropped card, a mixed node and MIG", () => {
    const both = { [`${nfd}-0300_10de_2b85.present`]: "true", [`${nfd}-0300_10de_2684.present`]: "true" };
    const cases: readonly [string, NodeView][] = [
      ["unknown-product", node("a", { "nvidia.com/gpu.product": "NVIDIA-Imaginary-9000" }, "1")],
      ["unknown-product", node("a", { "nvidia.com/gpu.product": "NVIDIA-A100-SXM4" }, "1")],
      ["unlabelled", node("a", {}, "1")],
      ["unlabelled", node("a", { "nvidia.com/gpu.present": "true" })],
      ["fewer-allocatable", node("a", { [`${inventory}.rtx4090`]: "4" }, "3")],
      ["mixed-models", node("a", both, "2")],
      ["partitioned", node("a", { "nvidia.com/gpu.product": "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb" }, "7")],
    ];
    for (const [kind, view] of cases) {
      assert.deepEqual(
        detect(view).problems.map((problem) => problem.kind),
        [kind],
      );
    }
  });

  it("does not guess between variants that fit alike", () => {
    const sxm = { "nvidia.com/gpu.product": "NVIDIA-A100", "nvidia.com/gpu.memory": "40960" };
    assert.deepEqual(detect(node("a", sxm, "1")).devices, []);
    const { devices } = detect(node("a", { "nvidia.com/gpu.product": "NVIDIA-GeForce-RTX-4090" }, "1"));
    assert.equal(devices[0]?.memory, "24Gi");
  });

  it("counts each model of a mixed node once, and AMD by its own resource", () => {
    const both = {
      [`${nfd}-0300_10de_2b85.present`]: "true",
      [`${nfd}-0300_10de_2684.present`]: "true",
      "nvidia.com/gpu.count": "2",
    };
    assert.deepEqual(
      detect(node("a", both, "2")).devices.map(({ present }) => present),
      [1, 1],
    );
    const amd = {
      metadata: { name: "b", labels: { "akash.network/capabilities.gpu.vendor.amd.model.mi100": "1" } },
      status: { allocatable: { "amd.com/gpu": "1" } },
    };
    assert.equal(detect(amd).devices[0]?.allocatable, 1);
  });

  it("says what is wrong, where, and what to do", () => {
    const both = { [`${nfd}-0300_10de_2b85.present`]: "true", [`${nfd}-0300_10de_2684.present`]: "true" };
    const card = { [`${inventory}.rtx4090`]: "4" };
    const cases: readonly [NodeView, RegExp][] = [
      [node("a", { "nvidia.com/gpu.product": "X-MIG-1g" }, "1"), /^Node a splits its X-MIG-1g .*mig\.config/],
      [
        node("a", { "nvidia.com/gpu.product": "X9" }, "1"),
        /^Node a has a X9 that matches no .*provider-configs\.$/,
      ],
      [node("a", card, "0"), /^Node a has rtx4090 but offers no GPU .*nvidia-smi/],
      [node("a", card, "3"), /^Node a has 4 GPUs \(rtx4090\) but offers 3 to pods/],
      [node("a", both, "2"), /^Node a mixes (rtx4090 and rtx5090|rtx5090 and rtx4090);/],
      [node("a", {}, "1"), /^Node a has a GPU but no label says which model/],
    ];
    for (const [view, message] of cases) assert.match(detect(view).problems[0]?.message ?? "", message);
  });

  it("counts a model's cards by feature discovery, where there is one model", () => {
    const id = { [`${nfd}-10de_2b85.present`]: "true" };
    const present = (labels: Record<string, string>) =>
      detect(node("a", labels, "9")).devices.map((device) => device.present);
    assert.deepEqual(present({ ...id, "nvidia.com/gpu.count": "4" }), [4]);
    assert.deepEqual(present({ ...id, "nvidia.com/gpu.count": "0" }), [1]);
    assert.deepEqual(
      present({ ...id, [`${nfd}-10de_2684.present`]: "true", "nvidia.com/gpu.count": "4" }),
      [1, 1],
    );
  });

  it("believes the PCI id before the product's name", () => {
    const labels = {
      [`${nfd}-10de_2b85.present`]: "true",
      "nvidia.com/gpu.product": "NVIDIA-GeForce-RTX-4090",
    };
    assert.deepEqual(
      detect(node("a", labels, "1")).devices.map(({ model }) => model),
      ["rtx5090"],
    );
    const unknown = {
      [`${nfd}-10de_ffff.present`]: "true",
      "nvidia.com/gpu.product": "NVIDIA-GeForce-RTX-4090",
    };
    assert.deepEqual(detect(node("a", unknown, "1")).devices, []);
  });

  it("lists devices by the names of their nodes", () => {
    const labels = { [`${nfd}-10de_2b85.present`]: "true" };
    const nodes = ["b", "c", "a"].map((name) => node(name, labels, "1"));
    assert.deepEqual(
      detect(...nodes).devices.map((device) => device.node),
      ["a", "b", "c"],
    );
    assert.deepEqual(
      nodes.map(({ metadata }) => metadata?.name),
      ["b", "c", "a"],
    );
    assert.deepEqual(detect({}, { metadata: {} }, ...nodes).devices.length, 3);
  });

  it("does not warn of two models where nothing is offered, nor of what a node has more of", () => {
    const both = { [`${nfd}-0300_10de_2b85.present`]: "true", [`${nfd}-0300_10de_2684.present`]: "true" };
    assert.deepEqual(
      detect(node("a", both, "0")).problems.map(({ kind }) => kind),
      ["not-allocatable"],
    );
    assert.deepEqual(detect({ metadata: { name: "a" }, status: {} }).problems, []);
  });

  it("says nothing of a node without a GPU", () => {
    assert.deepEqual(detect(node("a", { "kubernetes.io/os": "linux" }), {}), { devices: [], problems: [] });
  });

  it("reports the CUDA version that all GPU nodes support", () => {
    const gpu = { [`${nfd}-0300_10de_2b85.present`]: "true" };
    const { cuda } = detect(
      node("a", { ...gpu, "nvidia.com/cuda.runtime-version.full": "12.10" }, "1"),
      node("b", { ...gpu, "nvidia.com/cuda.runtime.major": "12", "nvidia.com/cuda.runtime.minor": "8" }, "1"),
      node("c", { ...gpu, "nvidia.com/cuda.runtime.major": "11" }, "0"),
    );
    assert.equal(cuda, "12.8");
  });

  it("never throws, whatever the labels", () => {
    const keys = fc.oneof(
      fc.string(),
      fc.string().map((text) => `${inventory}.${text}`),
      fc.string().map((text) => `${nfd}-${text}.present`),
      fc.constantFrom("nvidia.com/gpu.product", "nvidia.com/gpu.memory", "nvidia.com/gpu.count"),
    );
    fc.assert(
      fc.property(fc.dictionary(keys, fc.string()), fc.option(fc.string()), (labels, gpus) => {
        const { devices } = detect(node("a", labels, gpus ?? undefined));
        assert.ok(devices.every((device) => device.present >= 1 && device.allocatable >= 0));
      }),
    );
  });
});
