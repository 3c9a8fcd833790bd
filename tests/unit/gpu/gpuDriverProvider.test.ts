import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { DriverFacts } from "../../../components/gpu/driverFacts.ts";
import { planDriver } from "../../../components/gpu/driverPlan.ts";
import { type DriverWorld, handler } from "../../../components/gpu/gpuDriverProvider.ts";
import { HostUnreachable } from "../../../components/hosts/errors.ts";
import { h100Sxm, rtx5090 } from "./cards.ts";
import { bareMachine, readyMachine } from "./machineFacts.ts";

function declaredFor(lspci: string, allowReboot = false) {
  return {
    host: { host: "192.0.2.1" },
    plan: planDriver("gpu-1", bareMachine(lspci)),
    k3sDataDir: "/var/lib/rancher/k3s",
    allowReboot,
    node: { site: "garage", name: "gpu-1" },
  };
}

const declared = declaredFor(rtx5090.lspci);

/** A machine that says what is listed, one time after the other; the last one stays. */
function worldOf(facts: readonly DriverFacts[], reboots: readonly string[] = [""]) {
  const done: string[] = [];
  let asked = 0;
  const at: DriverWorld = {
    driverFacts: async () => facts[Math.min(asked++, facts.length - 1)] ?? bareMachine(""),
    installDriver: async () => {
      const reboot = reboots[done.filter((step) => step === "install").length] ?? "";
      done.push("install");
      return { reboot };
    },
    reboot: async (_address, { reason, leasesOn, allowWithLeases }) => {
      const asks = leasesOn === undefined ? "" : ` (of leases: ${await leasesOn()})`;
      done.push(`reboot: ${reason}${allowWithLeases ? ", allowed" : asks}`);
    },
    restartNode: async ({ site, node, address }, { reason, allowed }) => {
      done.push(`restart ${site}/${node} at ${address.host}: ${reason}${allowed ? ", allowed" : ""}`);
    },
  };
  return { ...handler(at), done };
}

async function inputsOf(implementation: ReturnType<typeof worldOf>, news = declared) {
  return (await implementation.check?.({}, news))?.inputs;
}

describe("the GPU driver's implementation", () => {
  it("installs, and tells what runs", async () => {
    const machine = worldOf([readyMachine(rtx5090.lspci)]);
    const { outs } = await machine.create(await inputsOf(machine));
    assert.deepEqual(machine.done, ["install"]);
    assert.deepEqual(
      [outs.driver, outs.fabricManager, outs.toolkit, outs.visibleDevices, outs.cdi, outs.runtime],
      ["580 open", "not needed", "installed", "allocated", "written", "known"],
    );
    assert.deepEqual([outs.driverVersion, outs.toolkitVersion], ["580.95.05", "1.18.1-1"]);
  });

  it("starts the machine anew where the driver needs it, then goes on", async () => {
    const machine = worldOf(
      [bareMachine(rtx5090.lspci), readyMachine(rtx5090.lspci)],
      ["nouveau holds the GPU"],
    );
    await machine.create(await inputsOf(machine));
    assert.deepEqual(machine.done, ["install", "reboot: nouveau holds the GPU", "install"]);
  });

  it("starts a machine with K3s anew as the node that it is, whether K3s runs there just now or not", async () => {
    for (const k3sActive of [true, false]) {
      const facts = [readyMachine(rtx5090.lspci, { k3sActive })];
      const node = worldOf(facts, ["another version is loaded"]);
      await node.create(await inputsOf(node));
      const restart = "restart garage/gpu-1 at 192.0.2.1: another version is loaded";
      assert.deepEqual(node.done, ["install", restart, "install"]);
      const allowed = worldOf(facts, ["another version is loaded"]);
      await allowed.create(await inputsOf(allowed, declaredFor(rtx5090.lspci, true)));
      assert.deepEqual(allowed.done, ["install", `${restart}, allowed`, "install"]);
    }
  });

  it("knows of no leases where it does not know the node", async () => {
    const { node: _node, ...alone } = declared;
    for (const [allowReboot, says] of [
      [false, "reboot: it needs one (of leases: undefined)"],
      [true, "reboot: it needs one, allowed"],
    ] as const) {
      const machine = worldOf([readyMachine(rtx5090.lspci)], ["it needs one"]);
      const { inputs } = (await machine.check?.({}, { ...alone, allowReboot })) ?? {};
      await machine.create(inputs);
      assert.deepEqual(machine.done, ["install", says, "install"]);
    }
  });

  it("does not go on when a restart is refused", async () => {
    const machine = worldOf([readyMachine(rtx5090.lspci)], ["it needs one"]);
    const refusing = handler({
      driverFacts: async () => readyMachine(rtx5090.lspci),
      installDriver: async () => {
        machine.done.push("install");
        return { reboot: "it needs one" };
      },
      reboot: () => Promise.reject(new Error("not asked for")),
      restartNode: () => Promise.reject(new Error("a lease runs on it")),
    });
    await assert.rejects(refusing.create(await inputsOf(machine)), /a lease runs on it/);
    assert.deepEqual(machine.done, ["install"]);
  });

  it("does not take an installation's word for it", async () => {
    const machine = worldOf([readyMachine(rtx5090.lspci, { loaded: "", cdi: false })]);
    await assert.rejects(
      machine.create(await inputsOf(machine)),
      /after the installation driver is not running instead of 580 open, cdi is missing instead of written/,
    );
  });

  it("shows as drift, by field, what somebody changed on the machine", async () => {
    const ready = worldOf([readyMachine(rtx5090.lspci)]);
    const { outs } = await ready.create(await inputsOf(ready));
    const news = await inputsOf(ready);
    const cases: readonly [Partial<DriverFacts>, string, string][] = [
      [{ loaded: "" }, "driver", "not running"],
      [{ loaded: "570.86.15", installed: "570.86.15" }, "driver", "570 open"],
      [{ installed: "580.105.08" }, "driver", "580 open, reboot pending"],
      [{ kernelModules: "proprietary" }, "driver", "580 proprietary"],
      [{ toolkit: "" }, "toolkit", "missing"],
      [{ allocatedOnly: false }, "visibleDevices", "named"],
      [{ cdi: false }, "cdi", "missing"],
      [{ k3sRuntime: false }, "runtime", "unknown"],
    ];
    for (const [changes, field, found] of cases) {
      const machine = worldOf([readyMachine(rtx5090.lspci, changes)]);
      const { props, inputs } = (await machine.read?.("192.0.2.1", outs)) ?? {};
      assert.equal(inputs?.[field], found);
      assert.deepEqual(await machine.diff?.("192.0.2.1", props, news), { changes: true });
    }
  });

  it("sees none when nothing changed, with K3s stopped too", async () => {
    const ready = worldOf([readyMachine(rtx5090.lspci)]);
    const { outs } = await ready.create(await inputsOf(ready));
    for (const changes of [{}, { k3sActive: false }, { k3sActive: false, k3sRuntime: false, k3sUnit: "" }]) {
      const machine = worldOf([readyMachine(rtx5090.lspci, changes)]);
      const { props } = (await machine.read?.("192.0.2.1", outs)) ?? {};
      assert.deepEqual(await machine.diff?.("192.0.2.1", props, await inputsOf(machine)), { changes: false });
    }
  });

  it("keeps the Fabric Manager in step with the driver", async () => {
    const news = declaredFor(h100Sxm.lspci);
    const cases: readonly [Partial<DriverFacts>, string][] = [
      [{ fabricManager: "580.95.05", fabricManagerActive: true }, "running"],
      [{ fabricManager: "580.95.05", fabricManagerActive: false }, "stopped"],
      [{ fabricManager: "580.82.07", fabricManagerActive: true }, "version 580.82.07"],
      [{}, "missing"],
    ];
    for (const [changes, found] of cases) {
      const machine = worldOf([readyMachine(h100Sxm.lspci, changes)]);
      const { inputs } = (await machine.read?.("192.0.2.1", await inputsOf(machine, news))) ?? {};
      assert.equal(inputs?.["fabricManager"], found);
    }
  });

  it("does not let a machine that is off stop a run that may remove it", async () => {
    const machine = worldOf([readyMachine(rtx5090.lspci)]);
    const { outs } = await machine.create(await inputsOf(machine));
    const off = handler({
      driverFacts: () => Promise.reject(new HostUnreachable("root@192.0.2.1", "no route to host")),
      installDriver: () => Promise.reject(new Error("not asked for")),
      reboot: () => Promise.reject(new Error("not asked for")),
      restartNode: () => Promise.reject(new Error("not asked for")),
    });
    const { warn } = console;
    const warned: string[] = [];
    console.warn = (text: string) => warned.push(text);
    try {
      const { props } = (await off.read?.("192.0.2.1", outs)) ?? {};
      assert.deepEqual(props, outs);
    } finally {
      console.warn = warn;
    }
    assert.match(warned.join(), /192\.0\.2\.1 can't be reached/);
    await off.delete?.("192.0.2.1", outs);
  });
});
