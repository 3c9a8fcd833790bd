import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { findProduct, modelOfProduct } from "../../../components/gpu/product.ts";
import type { GpuModel } from "../../../components/gpu/types.ts";

const model = (name: string, memory: string, attachment: string, vendor = "nvidia"): GpuModel => ({
  vendor,
  model: name,
  memory,
  interface: attachment,
});
const database = (...models: GpuModel[]) =>
  new Map(models.map((one, index) => [`10de:${index.toString(16).padStart(4, "0")}`, one]));

describe("a product's name", () => {
  for (const [product, name] of [
    ["NVIDIA-GeForce-RTX-5090", "rtx5090"],
    [" NVIDIA GeForce  RTX 4070 SUPER\n", "rtx4070s"],
    ["NVIDIA_GeForce_RTX_3080_Laptop_GPU", "rtx3080m"],
    ["NVIDIA-A100-SXM4-80GB", "a100"],
    ["Tesla-T4-SHARED", "t4"],
  ] as const) {
    it(`is ${name} of ${JSON.stringify(product)}`, () => assert.equal(modelOfProduct(product), name));
  }
});

describe("a product in the database", () => {
  const [small, large] = [model("a100", "40Gi", "sxm"), model("a100", "80Gi", "sxm")];
  const pcie = model("a100", "80Gi", "pcie");

  it("is the one of its name, whatever other vendors call theirs", () => {
    const known = database(model("a100", "16Gi", "pcie", "amd"), small);
    assert.equal(findProduct(known, "NVIDIA-A100"), small);
    assert.equal(findProduct(known, "NVIDIA-A10"), undefined);
  });

  it("is none where two fit and nothing tells them apart", () => {
    assert.equal(findProduct(database(small, large), "NVIDIA-A100-SXM4"), undefined);
    assert.equal(findProduct(database(large, pcie), "NVIDIA-A100", 81_920), undefined);
    assert.deepEqual(findProduct(database(small, { ...small }), "NVIDIA-A100-SXM4"), small);
  });

  it("is told by its interface", () => {
    assert.equal(findProduct(database(large, pcie), "NVIDIA-A100-PCIE-80GB"), pcie);
    assert.equal(findProduct(database(large, pcie), "NVIDIA-A100-SXM4-80GB"), large);
    assert.equal(findProduct(database(large), "NVIDIA-A100-PCIE-80GB"), undefined);
  });

  it("is the nearest by its memory, within a tenth", () => {
    const known = database(small, large, model("a100", "39Gi", "sxm"));
    assert.equal(findProduct(known, "NVIDIA-A100-SXM4", 40_536), small);
    assert.equal(findProduct(known, "NVIDIA-A100-SXM4", 81_000), large);
    assert.equal(findProduct(known, "NVIDIA-A100-SXM4", 60_000), undefined);
    const card = database(model("x1", "11Gi", "pcie"));
    assert.equal(findProduct(card, "x1", 10_240), undefined);
    assert.equal(findProduct(card, "x1", 10_241)?.model, "x1");
  });
});
