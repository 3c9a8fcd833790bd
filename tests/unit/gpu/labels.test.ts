import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { cudaOfNode, modelsOfInventory, pciIdsOfFeatures, showsGpu } from "../../../components/gpu/labels.ts";

const labelsOf = (prefix: string, entries: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(entries).map(([key, value]) => [`${prefix}${key}`, value]));

describe("the inventory operator's labels", () => {
  const models = (entries: Readonly<Record<string, string>>) =>
    modelsOfInventory(labelsOf("akash.network/capabilities.gpu.vendor.", entries));
  const a100 = { vendor: "nvidia", model: "a100" };

  it("name a model, its memory, its interface and how many there are, in any order", () => {
    const entries = [
      ["nvidia.model.a100.interface.SXM4", "3"],
      ["nvidia.model.a100.ram.80Gi", "2"],
      ["nvidia.model.a100", "4"],
    ] as const;
    const expected = [{ present: 4, model: { ...a100, memory: "80Gi", interface: "sxm" } }];
    assert.deepEqual(models(Object.fromEntries(entries)), expected);
    assert.deepEqual(models(Object.fromEntries([...entries].reverse())), expected);
  });

  it("leave out memory and interface that a node has two of", () => {
    const two = {
      "nvidia.model.a100": "2",
      "nvidia.model.a100.ram.40Gi": "1",
      "nvidia.model.a100.ram.80Gi": "1",
    };
    assert.deepEqual(models(two), [{ present: 2, model: a100 }]);
    const kinds = { ...two, "nvidia.model.a100.interface.pcie": "1", "nvidia.model.a100.interface.sxm": "1" };
    assert.deepEqual(models(kinds), [{ present: 2, model: a100 }]);
    assert.deepEqual(models({ "nvidia.model.a100": "1" }), [{ present: 1, model: a100 }]);
  });

  it("keep models apart, also of different vendors", () => {
    assert.deepEqual(models({ "nvidia.model.a100": "1", "amd.model.a100": "2", "nvidia.model.t4": "0" }), [
      { present: 2, model: { vendor: "amd", model: "a100" } },
      { present: 1, model: { vendor: "nvidia", model: "t4" } },
      { present: 1, model: a100 },
    ]);
  });

  it("are no others", () => {
    assert.deepEqual(models({ "": "1", nvidia: "1", "nvidia.model.": "1", "a.b.model.c.d": "1" }), []);
    assert.deepEqual(modelsOfInventory({ "akash.network/storageclasses": "beta3.model.x" }), []);
  });
});

describe("PCI ids of feature discovery", () => {
  const ids = (...keys: string[]) =>
    pciIdsOfFeatures(
      labelsOf("feature.node.kubernetes.io/pci-", Object.fromEntries(keys.map((key) => [key, "true"]))),
    );

  it("are those of display controllers, with or without a class, sorted, once each", () => {
    assert.deepEqual(ids("0302_10de_2b85.present", "0300_1002_7340.present", "10de_2684.present"), [
      "1002:7340",
      "10de:2684",
      "10de:2b85",
    ]);
    assert.deepEqual(ids("0300_10de_2b85.present", "10de_2b85_1043_8888.present"), ["10de:2b85"]);
  });

  it("are no others", () => {
    const others = ["0403_10de_22e8.present", "0300_8086_9bc5.present", "0300_10de.present", "10de.present"];
    assert.deepEqual(ids(...others, "0300_10de_2b85.sriov.capable", "0300_10de_2b85.present.not"), []);
    assert.deepEqual(pciIdsOfFeatures({ "x.feature.node.kubernetes.io/pci-10de_2b85.present": "true" }), []);
  });
});

describe("a node that shows a GPU", () => {
  const prefix = "feature.node.kubernetes.io/pci-";

  it("is labelled so by either discovery", () => {
    assert.ok(showsGpu({ "nvidia.com/gpu.present": "true" }));
    for (const key of ["10de.present", "0300_10de.present", "0302_10de_2b85.present"]) {
      assert.ok(showsGpu({ [`${prefix}${key}`]: "true" }), key);
    }
  });

  it("is no other", () => {
    assert.ok(!showsGpu({ "nvidia.com/gpu.present": "false" }));
    for (const key of [
      "0403_10de.present",
      "03ab_10de.present",
      "030_10de.present",
      "10de2.present",
      "8086.present",
      "10de.present.x",
    ]) {
      assert.ok(!showsGpu({ [`${prefix}${key}`]: "true" }), key);
    }
    assert.ok(!showsGpu({ [`x.${prefix}10de.present`]: "true" }));
  });
});

describe("the CUDA version of a node", () => {
  const cuda = (entries: Readonly<Record<string, string>>) =>
    cudaOfNode(labelsOf("nvidia.com/cuda.", entries));

  it("is read under the names of both generations", () => {
    assert.equal(cuda({ "runtime-version.full": "12.8", "runtime.major": "11" }), "12.8");
    assert.equal(cuda({ "runtime-version.major": "12", "runtime-version.minor": "4" }), "12.4");
    assert.equal(cuda({ "runtime.major": "12", "runtime.minor": "2" }), "12.2");
    assert.equal(cuda({ "runtime.major": "12" }), "12.0");
    assert.equal(cuda({ "runtime.minor": "2" }), undefined);
  });
});
