import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { gpuAttributes, gpuAuditAttributes } from "../../../components/gpu/attributes.ts";
import type { GpuDevice } from "../../../components/gpu/types.ts";

const rtx5090: GpuDevice = {
  node: "a",
  vendor: "nvidia",
  model: "rtx5090",
  memory: "32Gi",
  interface: "pcie",
  present: 1,
  allocatable: 1,
};

const device: fc.Arbitrary<GpuDevice> = fc.record(
  {
    node: fc.constantFrom("a", "b", "c"),
    vendor: fc.constantFrom("nvidia", "amd"),
    model: fc.constantFrom("rtx5090", "a100", "h100", "mi100"),
    memory: fc.constantFrom("9Gi", "40Gi", "80Gi", "141Gi"),
    interface: fc.constantFrom("pcie", "sxm"),
    present: fc.integer({ min: 1, max: 8 }),
    allocatable: fc.integer({ min: 0, max: 8 }),
  },
  { requiredKeys: ["node", "vendor", "model", "present", "allocatable"] },
);

describe("gpuAttributes", () => {
  it("lists model, memory, interface, and memory before interface", () => {
    const base = "capabilities/gpu/vendor/nvidia/model/rtx5090";
    assert.deepEqual(gpuAttributes([rtx5090]), [
      { key: base, value: "true" },
      { key: `${base}/ram/32Gi`, value: "true" },
      { key: `${base}/interface/pcie`, value: "true" },
      { key: `${base}/ram/32Gi/interface/pcie`, value: "true" },
    ]);
  });

  it("lists only what is known of a model", () => {
    const keys = (change: Partial<GpuDevice>) =>
      gpuAttributes([{ ...rtx5090, ...change }]).map(({ key }) => key.replace(/^.*rtx5090/, ""));
    assert.deepEqual(keys({ memory: undefined, interface: undefined }), [""]);
    assert.deepEqual(keys({ interface: undefined }), ["", "/ram/32Gi"]);
    assert.deepEqual(keys({ memory: undefined }), ["", "/interface/pcie"]);
  });

  it("lists smaller numbers first", () => {
    const models = ["rtx5090", "rtx580", "gt1030"].map((model) => ({
      ...rtx5090,
      model,
      memory: undefined,
      interface: undefined,
    }));
    assert.deepEqual(
      gpuAttributes(models).map(({ key }) => key.split("/").at(-1)),
      ["gt1030", "rtx580", "rtx5090"],
    );
  });

  it("advertises nothing that no pod can get", () => {
    assert.deepEqual(gpuAttributes([{ ...rtx5090, allocatable: 0 }]), []);
    fc.assert(
      fc.property(fc.array(device), (devices) => {
        const offered = devices.filter(({ allocatable }) => allocatable > 0);
        assert.deepEqual(gpuAttributes(devices), gpuAttributes(offered));
        for (const { vendor, model } of offered) {
          const key = `capabilities/gpu/vendor/${vendor}/model/${model}`;
          assert.ok(gpuAttributes(devices).some((attribute) => attribute.key === key));
        }
      }),
    );
  });

  it("gives each key once, valid on chain, in an order that does not depend on the devices'", () => {
    fc.assert(
      fc.property(
        fc
          .array(device)
          .chain((list) =>
            fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
          ),
        ([devices, shuffled]) => {
          const keys = gpuAttributes(devices).map(({ key }) => key);
          assert.equal(new Set(keys).size, keys.length);
          assert.ok(keys.every((key) => /^[a-zA-Z][\w/.-]{1,126}$/.test(key)));
          assert.ok(keys.every((key) => !/interface\/.*\/ram\//.test(key)));
          assert.deepEqual(gpuAttributes(shuffled), gpuAttributes(devices));
        },
      ),
    );
  });
});

describe("gpuAuditAttributes", () => {
  it("names the vendor and CUDA version, and nothing without a GPU that can be had", () => {
    assert.deepEqual(gpuAuditAttributes({ devices: [rtx5090], problems: [], cuda: "12.8" }), [
      { key: "capabilities/gpu", value: "nvidia" },
      { key: "cuda", value: "12.8" },
    ]);
    assert.deepEqual(gpuAuditAttributes({ devices: [rtx5090], problems: [] }), [
      { key: "capabilities/gpu", value: "nvidia" },
    ]);
    const mixed = [{ ...rtx5090, vendor: "amd" }, rtx5090];
    assert.equal(gpuAuditAttributes({ devices: mixed, problems: [] })[0]?.value, "nvidia");
    const gone = { ...rtx5090, allocatable: 0 };
    assert.deepEqual(gpuAuditAttributes({ devices: [gone], problems: [], cuda: "12.8" }), []);
  });
});
