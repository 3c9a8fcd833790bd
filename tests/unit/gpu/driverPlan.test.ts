import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { DriverFacts } from "../../../components/gpu/driverFacts.ts";
import { planDriver } from "../../../components/gpu/driverPlan.ts";
import { GpuDriverRefused } from "../../../components/gpu/errors.ts";
import { driverNeeds, generationOf, needsFabricManager } from "../../../components/gpu/generations.ts";
import { toolkitRepository } from "../../../components/gpu/packages.ts";
import { a100Pcie, amdMi100, h100Sxm, h200, noCard, rtx4090, rtx5090, v100 } from "./cards.ts";
import { bareMachine } from "./machineFacts.ts";

function plan(lspci: string, changes: Partial<DriverFacts> = {}, branch?: number) {
  return planDriver("gpu-1", bareMachine(lspci, changes), branch === undefined ? {} : { branch });
}

describe("the generation of a GPU", () => {
  it("is that of its chip", () => {
    const cases = {
      "13c2": "maxwell",
      "17c8": "maxwell",
      "15f8": "pascal",
      "1b06": "pascal",
      "1d01": "pascal",
      "1db1": "volta",
      "1e07": "turing",
      "1eb8": "turing",
      "2187": "turing",
      "20b5": "ampere",
      "2204": "ampere",
      "2504": "ampere",
      "2330": "hopper",
      "2335": "hopper",
      "2684": "ada",
      "28b0": "ada",
      "2b85": "blackwell",
      "2901": "blackwell",
      "3182": "blackwell",
    };
    for (const [id, generation] of Object.entries(cases)) assert.equal(generationOf(id), generation, id);
    for (const id of ["0fb8", "1180", ""]) assert.equal(generationOf(id), undefined);
  });

  it("asks for open modules from Blackwell on, proprietary ones before Turing", () => {
    const flavours = Object.entries(driverNeeds).map(([name, { kernelModules }]) => [name, kernelModules]);
    assert.deepEqual(Object.fromEntries(flavours), {
      maxwell: "proprietary",
      pascal: "proprietary",
      volta: "proprietary",
      turing: "either",
      ampere: "either",
      hopper: "either",
      ada: "either",
      blackwell: "open",
    });
  });

  it("asks for the Fabric Manager only with switches", () => {
    assert.equal(needsFabricManager(["2330", "22a3"]), true);
    assert.equal(needsFabricManager(["20b2", "1af1"]), true);
    assert.equal(needsFabricManager(["2901"]), true);
    assert.equal(needsFabricManager(["2335"]), false);
    assert.equal(needsFabricManager(["2b85", "2684"]), false);
  });
});

describe("planDriver", () => {
  it("has nothing to do without an NVIDIA GPU", () => {
    assert.equal(plan(noCard.lspci), undefined);
    assert.equal(plan(amdMi100.lspci), undefined);
  });

  it("installs from Ubuntu's own archive, built for the running kernel", () => {
    assert.deepEqual(plan(rtx5090.lspci), {
      action: "install",
      branch: 580,
      kernelModules: "open",
      fabricManager: false,
      driverPackages: [
        "linux-headers-6.8.0-71-generic",
        "nvidia-headless-580-server-open",
        "nvidia-utils-580-server",
      ],
      fabricManagerPackage: "",
      repositories: [toolkitRepository],
    });
  });

  it("takes Ubuntu's signed modules under Secure Boot", () => {
    assert.deepEqual(plan(rtx4090.lspci, { secureBoot: true, osVersion: "22.04" })?.driverPackages, [
      "nvidia-headless-no-dkms-580-server-open",
      "linux-modules-nvidia-580-server-open-6.8.0-71-generic",
      "nvidia-utils-580-server",
    ]);
  });

  it("takes NVIDIA's repository on Debian, the branch pinned first", () => {
    const debian = plan(h200.lspci, { osId: "debian", osVersion: "12", kernel: "6.1.0-41-amd64" });
    assert.deepEqual(debian?.driverPackages, [
      "nvidia-driver-pinning-580",
      "linux-headers-6.1.0-41-amd64",
      "nvidia-kernel-open-dkms",
      "nvidia-driver-cuda",
    ]);
    const [nvidia, toolkit] = debian?.repositories ?? [];
    assert.deepEqual(nvidia, {
      name: "nvidia-cuda",
      uri: "https://developer.download.nvidia.com/compute/cuda/repos/debian12/x86_64",
      suite: "/",
      keyUrl: "https://developer.download.nvidia.com/compute/cuda/repos/debian12/x86_64/3bf863cc.pub",
      fingerprint: "EB693B3035CD5710E231E123A4B469963BF863CC",
    });
    assert.equal(toolkit, toolkitRepository);
    const trixie = plan(h200.lspci, { osId: "debian", osVersion: "13", architecture: "arm64" });
    assert.match(trixie?.repositories[0]?.keyUrl ?? "", /debian13\/sbsa\/8793F200\.pub$/);
  });

  it("takes proprietary modules for what is older than Turing", () => {
    assert.deepEqual(plan(v100.lspci)?.driverPackages, [
      "linux-headers-6.8.0-71-generic",
      "nvidia-headless-580-server",
      "nvidia-utils-580-server",
    ]);
    const debian = plan(v100.lspci, { osId: "debian", osVersion: "12" });
    assert.ok(debian?.driverPackages.includes("nvidia-kernel-dkms"));
    assert.equal(debian?.kernelModules, "proprietary");
  });

  it("adds the Fabric Manager where there are NVSwitches, whoever installed the driver", () => {
    assert.equal(plan(h100Sxm.lspci)?.fabricManagerPackage, "nvidia-fabricmanager-580");
    const adopted = plan(h100Sxm.lspci, {
      osId: "debian",
      osVersion: "12",
      loaded: "570.86.15",
      installed: "570.86.15",
      kernelModules: "proprietary",
    });
    assert.deepEqual(
      [adopted?.action, adopted?.branch, adopted?.kernelModules, adopted?.driverPackages],
      ["adopt", 570, "proprietary", []],
    );
    assert.equal(adopted?.fabricManagerPackage, "nvidia-fabricmanager");
    assert.deepEqual(
      adopted?.repositories.map(({ name }) => name),
      ["nvidia-cuda", "nvidia-container-toolkit"],
    );
    assert.equal(plan(a100Pcie.lspci)?.fabricManager, false);
  });

  it("adopts a driver that fits, in whatever way and on whatever system it was installed", () => {
    const present = { loaded: "575.51.03", installed: "575.51.03", kernelModules: "open" } as const;
    const adopted = plan(rtx5090.lspci, { ...present, osId: "fedora", osVersion: "43", runfile: true });
    assert.deepEqual([adopted?.action, adopted?.branch], ["adopt", 575]);
    const notLoaded = plan(rtx5090.lspci, { ...present, loaded: "" });
    assert.deepEqual([notLoaded?.action, notLoaded?.branch], ["adopt", 575]);
  });

  it("replaces a driver that does not fit", () => {
    const misfits: readonly Partial<DriverFacts>[] = [
      { loaded: "550.120", installed: "550.120", kernelModules: "open" },
      { loaded: "580.95.05", installed: "580.95.05", kernelModules: "proprietary" },
    ];
    for (const changes of misfits) assert.equal(plan(rtx5090.lspci, changes)?.action, "install");
    const tooNew = plan(v100.lspci, { loaded: "590.48.01", installed: "590.48.01", kernelModules: "open" });
    assert.deepEqual([tooNew?.action, tooNew?.branch], ["install", 580]);
  });

  it("adds no repository where the machine has its own", () => {
    const facts = bareMachine(rtx5090.lspci, { osId: "debian", osVersion: "12" });
    assert.deepEqual(planDriver("gpu-1", facts, { repositories: "present" })?.repositories, []);
  });

  it("adds none for a toolkit that is there: a second source of it under another key stops apt", () => {
    const present = { loaded: "580.95.05", installed: "580.95.05", kernelModules: "open" } as const;
    const machines: readonly Partial<DriverFacts>[] = [
      {},
      { osId: "debian", osVersion: "12" },
      { osId: "fedora" },
    ];
    for (const machine of machines) {
      const missing = plan(rtx5090.lspci, { ...present, ...machine });
      assert.deepEqual(missing?.repositories, [toolkitRepository]);
      const there = plan(rtx5090.lspci, { ...present, ...machine, toolkit: "1.18.1-1" });
      assert.deepEqual(there?.repositories, []);
    }
    const debian = plan(rtx5090.lspci, { osId: "debian", osVersion: "12", toolkit: "1.18.1-1" });
    assert.deepEqual(
      debian?.repositories.map(({ name }) => name),
      ["nvidia-cuda"],
    );
  });

  const refusals: readonly [string, () => unknown, RegExp][] = [
    [
      "a branch too old for the card",
      () => plan(rtx5090.lspci, {}, 550),
      /^gpu-1: driver branch 550 does not fit its GPUs, which need branch 570 or newer with open kernel modules\./,
    ],
    [
      "a branch too new for the card",
      () => plan(v100.lspci, {}, 590),
      /which need branch 470 or newer and at most 580 with proprietary kernel modules\./,
    ],
    [
      "what NVIDIA's own installer left",
      () => plan(rtx5090.lspci, { loaded: "550.120", kernelModules: "open", runfile: true }),
      /the NVIDIA driver 550\.120 does not fit.*nvidia-uninstall/,
    ],
    [
      "cards that no one driver runs",
      () => plan(rtx5090.lspci + v100.lspci),
      /gpu-1 holds GPUs that no one driver runs/,
    ],
    [
      "a card from before Maxwell",
      () => plan(rtx5090.lspci.replace("2b85", "1180")),
      /10de:1180 is older than any generation.*gpu: none/,
    ],
    [
      "a system without known packages",
      () => plan(rtx5090.lspci, { osId: "fedora", osVersion: "43" }),
      /gpu-1 runs fedora 43, for which no driver packages are known/,
    ],
    [
      "an Ubuntu without known packages",
      () => plan(rtx5090.lspci, { osVersion: "20.04" }),
      /gpu-1 runs ubuntu 20\.04/,
    ],
    [
      "Secure Boot on Debian",
      () => plan(rtx5090.lspci, { osId: "debian", osVersion: "12", secureBoot: true }),
      /gpu-1 starts with Secure Boot.*mokutil/,
    ],
  ];
  for (const [what, act, says] of refusals) {
    it(`refuses ${what} by name`, () => {
      assert.throws(act, (error) => error instanceof GpuDriverRefused && says.test(error.message));
    });
  }

  it("plans only what fits every card, and the same again once it is there", () => {
    const cards = fc.subarray([rtx5090, rtx4090, h100Sxm, h200, a100Pcie, v100], { minLength: 1 });
    fc.assert(
      fc.property(cards, fc.constantFrom("22.04", "24.04"), fc.boolean(), (chosen, osVersion, secureBoot) => {
        const lspci = chosen.map((card) => card.lspci).join("");
        const clash = chosen.includes(rtx5090) && chosen.includes(v100);
        if (clash) {
          assert.throws(() => plan(lspci), GpuDriverRefused);
          return;
        }
        const first = plan(lspci, { osVersion, secureBoot });
        assert.ok(first !== undefined);
        for (const { lspci: one } of chosen) {
          const [id = ""] = /(?<=\[10de:)(2b85|2684|2330|2335|20b5|1db5)/.exec(one) ?? [];
          const needs = driverNeeds[generationOf(id) ?? "maxwell"];
          assert.ok(needs.kernelModules === "either" || needs.kernelModules === first.kernelModules);
          assert.ok(first.branch >= needs.minimumBranch && first.branch <= (needs.lastBranch ?? 9999));
        }
        const loaded = `${first.branch}.1`;
        const again = plan(lspci, {
          osVersion,
          secureBoot,
          loaded,
          installed: loaded,
          kernelModules: first.kernelModules,
        });
        assert.deepEqual(
          [again?.action, again?.branch, again?.kernelModules, again?.fabricManager],
          ["adopt", first.branch, first.kernelModules, first.fabricManager],
        );
      }),
    );
  });
});
