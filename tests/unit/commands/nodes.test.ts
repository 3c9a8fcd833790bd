import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { EngineEvent } from "../../../commands/engineEvents.ts";
import { describeMachines, machineSteps } from "../../../commands/nodes.ts";
import { preparationOf } from "../../../components/hosts/preparation/defaults.ts";
import { planCluster } from "../../../components/k3s/planCluster.ts";

const machines = ["10.0.0.1", "10.0.0.2"].map((host, index) => ({
  name: `node-${index + 1}`,
  address: { host },
}));

function nodeOf(version: string, index = 0) {
  const { servers, agents } = planCluster("garage", machines, { version });
  return [...servers, ...agents][index] as unknown as Record<string, unknown>;
}

function event(op: string, type: string, name: string, before?: object, after?: object): EngineEvent {
  const state = (inputs: object | undefined) =>
    inputs === undefined ? null : { inputs: inputs as Record<string, unknown> };
  const urn = `urn:pulumi:garage::pulumi-akash::${type}::garage-nodes-${name}`;
  return { resourcePreEvent: { metadata: { op, urn, type, old: state(before), new: state(after) } } };
}

const K3S = "pulumi-nodejs:dynamic/k3s:K3sNode";
const PREPARED = "pulumi-nodejs:dynamic/hosts:HostPreparation";
const DRIVER = "pulumi-nodejs:dynamic/gpu:GpuDriver";
const COMMAND = "command:local:Command";

const address = { host: "10.0.0.2" };
const ready = {
  driver: "580 open",
  fabricManager: "not needed",
  toolkit: "installed",
  cdi: "written",
  runtime: "known",
};

describe("what a preview says of machines", () => {
  it("is every step on a machine that joins, in order, and nothing on another", async () => {
    const stdin = JSON.stringify({ address, commands: ["apt-get install -y htop"] });
    const steps = await machineSteps([
      event("same", K3S, "k3s-node-1", nodeOf("v1.34.3+k3s1"), nodeOf("v1.34.3+k3s1")),
      event("create", COMMAND, "node-2-before", undefined, { stdin }),
      event("create", PREPARED, "node-2-prepared", undefined, { address, ...preparationOf({ gpu: true }) }),
      event("create", DRIVER, "node-2-gpu", undefined, {
        host: address,
        plan: { action: "install" },
        ...ready,
      }),
      event("create", K3S, "k3s-node-2", undefined, nodeOf("v1.34.3+k3s1", 1)),
    ]);
    assert.deepEqual(
      steps.map(({ node, host }) => [node, host]),
      [["node-2", "10.0.0.2"]],
    );
    const [own, ...rest] = steps[0]?.steps ?? [];
    assert.equal(own, "run your command: apt-get install -y htop");
    const preparation = rest.slice(0, -7);
    for (const part of [/nftables, pciutils/, /swap off/, /journal/, /nouveau/, /the firewall on: 80\/tcp/]) {
      assert.ok(
        preparation.some((step) => part.test(step)),
        `${part} is not among ${preparation.join("; ")}`,
      );
    }
    assert.deepEqual(rest.slice(-7), [
      "bring the NVIDIA driver to 580 open kernel modules",
      "install NVIDIA's container toolkit",
      "write the CDI specification",
      "let K3s find the NVIDIA runtime",
      "install K3s v1.34.3+k3s1",
      "start it as an agent, joining through 10.0.0.1",
      "wait until the cluster counts it as ready",
    ]);
  });

  it("names what changes on a machine, and only that", async () => {
    const changed = { ...preparationOf({ gpu: true }), swap: "kept" };
    const steps = await machineSteps([
      event(
        "update",
        PREPARED,
        "node-2-prepared",
        { address, ...changed },
        { address, ...changed, swap: "off" },
      ),
      event(
        "update",
        DRIVER,
        "node-2-gpu",
        { host: address, ...ready, runtime: "unknown" },
        { host: address, ...ready },
      ),
      event("update", K3S, "k3s-node-1", nodeOf("v1.33.7+k3s1"), nodeOf("v1.34.3+k3s1")),
    ]);
    assert.deepEqual(steps[0], {
      node: "node-2",
      host: "10.0.0.2",
      steps: ["turn swap off", "let K3s find the NVIDIA runtime"],
    });
    assert.deepEqual(steps[1]?.node, "node-1");
    assert.ok(steps[1]?.steps.includes("upgrade K3s from v1.33.7+k3s1 to v1.34.3+k3s1"));
  });

  it("tells a driver that is adopted from one that is installed", async () => {
    const inputs = { host: address, plan: { action: "adopt" }, ...ready };
    const [machine] = await machineSteps([event("create", DRIVER, "node-2-gpu", undefined, inputs)]);
    assert.equal(machine?.steps[0], "adopt the NVIDIA driver 580 open");
  });

  it("says how a machine is let go", async () => {
    const [machine] = await machineSteps([
      event("delete", K3S, "k3s-node-2", nodeOf("v1.34.3+k3s1", 1)),
      event("delete", DRIVER, "node-2-gpu", { host: address, ...ready }),
      event("delete", PREPARED, "node-2-prepared", { address, ...preparationOf() }),
    ]);
    assert.ok(machine?.steps[0]?.startsWith("look for leases on it"));
    assert.deepEqual(machine?.steps.slice(-2), [
      "leave the NVIDIA driver where it is",
      "take back its preparation; packages stay",
    ]);
  });

  it("is nothing where no machine is touched", async () => {
    const steps = await machineSteps([
      event("create", "kubernetes:core/v1:ConfigMap", "note", undefined, {}),
    ]);
    assert.deepEqual(steps, []);
    assert.equal(describeMachines(steps), "");
  });

  it("is shown by machine, and says that no other is touched", () => {
    const text = describeMachines([{ node: "gpu-1", host: "203.0.113.10", steps: ["turn swap off"] }]);
    assert.match(
      text,
      /On the machines:\n {2}.*gpu-1.* \(203\.0\.113\.10\)\n {4}- turn swap off\nNo other machine is touched\.\n/,
    );
  });
});
