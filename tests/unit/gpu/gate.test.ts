import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { explainGap, type GapCause, type GapEvidence } from "../../../components/gpu/causes.ts";
import { commonModels } from "../../../components/gpu/commonModels.ts";
import type { DriverFacts } from "../../../components/gpu/driverFacts.ts";
import { type ExpectedGpus, verifyGpus } from "../../../components/gpu/gate.ts";
import type { NodeView } from "../../../components/gpu/types.ts";
import { h100Sxm, rtx5090 } from "./cards.ts";
import { readyMachine } from "./machineFacts.ts";

const inventory = "akash.network/capabilities.gpu.vendor.nvidia.model";
const expected: ExpectedGpus = {
  node: "gpu-1",
  vendor: "nvidia",
  model: "rtx5090",
  memory: "32Gi",
  interface: "pcie",
  count: 1,
};

function node(
  gpus: string | undefined,
  labels: Record<string, string> = { [`${inventory}.rtx5090`]: "1" },
): NodeView {
  return {
    metadata: { name: "gpu-1", labels },
    status: { allocatable: gpus === undefined ? {} : { "nvidia.com/gpu": gpus } },
  };
}

function verify(...nodes: NodeView[]) {
  const [verdict] = verifyGpus([expected], nodes, commonModels);
  assert.ok(verdict !== undefined);
  return verdict;
}

describe("verifyGpus", () => {
  it("lets what agrees be advertised, as the bus names it", () => {
    const { count: _count, ...model } = expected;
    assert.deepEqual(verify(node("1")), {
      expected,
      device: { ...model, present: 1, allocatable: 1 },
      found: "1 × rtx5090",
    });
  });

  it("finds every gap", () => {
    const other = { [`${inventory}.rtx4090`]: "1" };
    const memory = { [`${inventory}.rtx5090`]: "1", [`${inventory}.rtx5090.ram.24Gi`]: "1" };
    const both = { [`${inventory}.rtx5090`]: "1", [`${inventory}.rtx4090`]: "1" };
    const cases: readonly [NodeView | undefined, string, string][] = [
      [undefined, "no-node", "no node"],
      [node(undefined), "not-allocatable", "none"],
      [node("0"), "not-allocatable", "none"],
      [node("1", {}), "unlabelled", "1 × unknown"],
      [node("1", other), "other-model", "1 × rtx4090"],
      [node("1", memory), "other-model", "1 × rtx5090 24Gi"],
      [node("2", both), "other-model", "2 × rtx5090 and rtx4090"],
      [node("2"), "more-allocatable", "2 × rtx5090"],
    ];
    for (const [view, gap, found] of cases) {
      const verdict = view === undefined ? verify() : verify(view);
      assert.deepEqual([verdict.gap, verdict.found, verdict.device], [gap, found, undefined]);
    }
    const [fewer] = verifyGpus([{ ...expected, count: 4 }], [node("3")], commonModels);
    assert.equal(fewer?.gap, "fewer-allocatable");
  });

  it("advertises never more than is on the bus or than is offered", () => {
    const counts = fc.integer({ min: 0, max: 9 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 9 }), (offered, count) => {
        const [verdict] = verifyGpus([{ ...expected, count }], [node(String(offered))], commonModels);
        assert.equal(verdict?.device !== undefined, offered === count);
        assert.equal(verdict?.gap === undefined, offered === count);
      }),
    );
  });
});

describe("explainGap", () => {
  const machine = (changes: Partial<DriverFacts> = {}): GapEvidence => ({
    runtimeClass: true,
    facts: readyMachine(rtx5090.lspci, changes),
  });
  const notLoaded = { loaded: "", installed: "580.95.05" };
  const switched = readyMachine(h100Sxm.lspci, { fabricManager: "580.82.07", fabricManagerActive: false });

  const cases: readonly [GapCause, GapEvidence, boolean, RegExp][] = [
    ["host-unreachable", { runtimeClass: true, unreachable: "no route" }, false, /does not answer: no route/],
    ["driver-missing", machine({ loaded: "", installed: "" }), false, /no NVIDIA driver is installed/],
    ["driver-not-loaded", machine(notLoaded), false, /580\.95\.05 is installed and not loaded\. Start/],
    ["driver-not-loaded", machine({ ...notLoaded, secureBoot: true }), false, /Secure Boot is on/],
    [
      "reboot-pending",
      machine({ installed: "580.105.08" }),
      false,
      /580\.95\.05 runs and 580\.105\.08 is installed/,
    ],
    ["fabric-manager-down", { runtimeClass: true, facts: switched }, false, /580\.82\.07 is stopped/],
    ["toolkit-missing", machine({ toolkit: "" }), false, /container toolkit is not installed/],
    [
      "docker-only",
      machine({ docker: true, k3sRuntime: false }),
      false,
      /for Docker only.*restart k3s-agent/,
    ],
    [
      "toolkit-after-k3s",
      machine({ k3sRuntime: false }),
      false,
      /came after K3s had started.*restart k3s-agent/,
    ],
    ["card-dropped", machine({ devices: [] }), true, /only 0 of its 1 GPUs show on the bus/],
    ["runtime-class-missing", { ...machine(), runtimeClass: false }, true, /no RuntimeClass nvidia/],
    [
      "plugin-missing",
      { ...machine(), devicePlugin: false },
      false,
      /neither NVIDIA's device plugin nor the GPU operator/,
    ],
    ["plugin-pending", machine(), true, /device plugin does not offer it yet/],
    ["plugin-pending", { runtimeClass: true }, true, /device plugin does not offer it yet/],
  ];
  for (const [cause, evidence, pending, says] of cases) {
    it(`names ${cause}: ${says.source.slice(0, 40)}`, () => {
      const gap = explainGap(verify(node("0")), evidence);
      assert.deepEqual([gap?.cause, gap?.pending, gap?.node], [cause, pending, "gpu-1"]);
      assert.match(gap?.message ?? "", /^gpu-1 has 1 × rtx5090 32Gi pcie, not advertised: .*\.$/);
      assert.match(gap?.message ?? "", says);
    });
  }

  it("names what the cluster shows wrong, when the machine is well", () => {
    const shown: readonly [NodeView[], GapCause][] = [
      [[], "node-missing"],
      [[node("1", {})], "labels-pending"],
      [[node("1", { [`${inventory}.rtx4090`]: "1" })], "wrong-model"],
      [[node("2")], "surplus"],
    ];
    for (const [nodes, cause] of shown) assert.equal(explainGap(verify(...nodes), machine())?.cause, cause);
    const [fewer] = verifyGpus([{ ...expected, count: 2 }], [node("1")], commonModels);
    const two = readyMachine(rtx5090.lspci + rtx5090.lspci.replaceAll("01:00", "05:00"));
    assert.ok(fewer !== undefined);
    assert.equal(explainGap(fewer, { runtimeClass: true, facts: two })?.cause, "card-dropped");
  });

  it("has nothing to say of what agrees", () => {
    assert.equal(explainGap(verify(node("1")), machine()), undefined);
  });

  it("asks AMD's cards for no NVIDIA software", () => {
    const [verdict] = verifyGpus([{ ...expected, vendor: "amd" }], [], commonModels);
    assert.ok(verdict !== undefined);
    assert.equal(explainGap(verdict, machine({ loaded: "", installed: "" }))?.cause, "node-missing");
  });
});
