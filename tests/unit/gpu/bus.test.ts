import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { gpusOnBus, parseLspci } from "../../../components/gpu/bus.ts";
import { commonModels } from "../../../components/gpu/commonModels.ts";
import { parseGpuDatabase } from "../../../components/gpu/database.ts";
import { expectedGpus, type GpuIntent } from "../../../components/gpu/expected.ts";
import { parseNvidiaSmi, SmiReportInvalid } from "../../../components/gpu/nvidiaSmi.ts";
import { a100Pcie, amdMi100, amdRx7900, h100Sxm, h200, noCard, rtx4090, rtx5090, v100 } from "./cards.ts";

const wholeDatabase = new URL("../../../../shared/data/gpus.json", import.meta.url);

function onNode(lspci: string, intent: GpuIntent = "auto", database = commonModels) {
  return expectedGpus([{ node: "a", devices: parseLspci(lspci), intent }], database);
}

describe("GPUs on the bus", () => {
  it("are read from lspci -nn, with and without a PCI domain", () => {
    const [first] = parseLspci(rtx5090.lspci).slice(-2);
    assert.deepEqual(first, {
      slot: "01:00.0",
      deviceClass: "0300",
      vendor: "10de",
      device: "2b85",
      name: "NVIDIA Corporation GB202 [GeForce RTX 5090]",
    });
    assert.equal(parseLspci(h200.lspci).at(-1)?.slot, "0000:0a:00.0");
    assert.deepEqual(parseLspci("\tKernel driver in use: nvidia\n\nnonsense"), []);
  });

  it("are counted by model, in the network's terms", () => {
    const cases = [
      [rtx5090, { model: "rtx5090", memory: "32Gi", interface: "pcie", count: 1 }],
      [rtx4090, { model: "rtx4090", memory: "24Gi", interface: "pcie", count: 2 }],
      [h100Sxm, { model: "h100", memory: "80Gi", interface: "sxm", count: 8 }],
      [h200, { model: "h200", memory: "141Gi", interface: "sxm", count: 1 }],
      [a100Pcie, { model: "a100", memory: "80Gi", interface: "pcie", count: 1 }],
      [v100, { model: "v100", memory: "32Gi", interface: "sxm", count: 1 }],
    ] as const;
    for (const [card, model] of cases) {
      assert.deepEqual(onNode(card.lspci), {
        expected: [{ node: "a", vendor: "nvidia", ...model }],
        problems: [],
      });
    }
  });

  it("leave out sound, switches, a processor's own graphics and a board's management chip", () => {
    assert.deepEqual(gpusOnBus(parseLspci(noCard.lspci), commonModels), []);
    assert.equal(gpusOnBus(parseLspci(h100Sxm.lspci), commonModels).length, 8);
    assert.deepEqual(onNode(noCard.lspci), { expected: [], problems: [] });
    assert.deepEqual(onNode(amdRx7900.lspci), { expected: [], problems: [] });
  });

  it("agree with the network's whole database", function () {
    if (!existsSync(wholeDatabase)) this.skip();
    const database = parseGpuDatabase("gpus.json", readFileSync(wholeDatabase, "utf8"));
    for (const { lspci } of [rtx5090, rtx4090, h100Sxm, h200, a100Pcie, v100]) {
      assert.deepEqual(onNode(lspci, "auto", database), onNode(lspci));
    }
    assert.deepEqual(
      gpusOnBus(parseLspci(amdMi100.lspci), database).map(({ model }) => model?.model),
      ["mi100"],
    );
    assert.match(
      onNode(amdMi100.lspci, "auto", database).problems[0]?.message ?? "",
      /mi100 32Gi pcie of AMD/,
    );
  });

  it("are refused by name where they cannot be offered", () => {
    const unlisted = rtx5090.lspci.replaceAll("2b85", "2fff");
    const cases: readonly [string, GpuIntent, string, RegExp][] = [
      [unlisted, "auto", "unknown-pci-id", /a has a GPU with PCI id 10de:2fff.*provider-configs.*gpu: none/],
      [
        rtx5090.lspci + rtx4090.lspci,
        "auto",
        "mixed-models",
        /a mixes rtx5090 32Gi pcie and rtx4090 24Gi pcie/,
      ],
      [noCard.lspci, "nvidia", "not-found", /a is declared with `gpu: nvidia` and shows no NVIDIA GPU/],
    ];
    for (const [lspci, intent, kind, says] of cases) {
      const { expected, problems } = onNode(lspci, intent);
      assert.deepEqual(expected, []);
      assert.deepEqual(
        problems.map((problem) => problem.kind),
        [kind],
      );
      assert.match(problems[0]?.message ?? "", says);
    }
  });

  it("are left alone where the node says so", () => {
    for (const lspci of [rtx5090.lspci, rtx5090.lspci + rtx4090.lspci]) {
      assert.deepEqual(onNode(lspci, "none"), { expected: [], problems: [] });
    }
  });
});

describe("nvidia-smi -q -x", () => {
  it("is read for each card", () => {
    const cases = [
      [rtx5090, "NVIDIA GeForce RTX 5090", "10de:2b85", 32607, 1],
      [rtx4090, "NVIDIA GeForce RTX 4090", "10de:2684", 24564, 2],
      [h100Sxm, "NVIDIA H100 80GB HBM3", "10de:2330", 81559, 8],
      [h200, "NVIDIA H200", "10de:2335", 143771, 1],
      [a100Pcie, "NVIDIA A100 80GB PCIe", "10de:20b5", 81920, 1],
    ] as const;
    for (const [{ smi }, product, id, memoryMiB, count] of cases) {
      const { driver, cuda, gpus } = parseNvidiaSmi(smi);
      assert.deepEqual([driver, cuda, gpus.length], ["580.95.05", "13.0", count]);
      for (const gpu of gpus)
        assert.deepEqual([gpu.product, gpu.id, gpu.memoryMiB], [product, id, memoryMiB]);
    }
  });

  it("agrees with the bus about every card", () => {
    for (const { lspci, smi } of [rtx5090, rtx4090, h100Sxm, h200, a100Pcie]) {
      const ids = gpusOnBus(parseLspci(lspci), commonModels).map(({ id }) => id);
      assert.deepEqual(
        parseNvidiaSmi(smi).gpus.map(({ id }) => id),
        ids,
      );
    }
  });

  it("shows what is split and whether the fabric is set up", () => {
    assert.deepEqual(
      [a100Pcie, h100Sxm, rtx5090].map(({ smi }) => {
        const [gpu] = parseNvidiaSmi(smi).gpus;
        return [gpu?.mig, gpu?.fabric];
      }),
      [
        [true, undefined],
        [false, "Completed"],
        [false, undefined],
      ],
    );
  });

  it("is passed over with a warning before it, and refused when the driver does not answer", () => {
    assert.equal(parseNvidiaSmi(`WARNING: infoROM is corrupted\n${h200.smi}`).gpus.length, 1);
    const silent =
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\nMake sure…";
    assert.throws(
      () => parseNvidiaSmi(silent),
      (error) =>
        error instanceof SmiReportInvalid && /it said: NVIDIA-SMI has failed.*modprobe/.test(error.message),
    );
    assert.throws(() => parseNvidiaSmi(""), /gave no report\. Load/);
  });
});
