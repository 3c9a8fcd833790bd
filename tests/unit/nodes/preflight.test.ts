import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { HostsUnfit } from "../../../components/hosts/preflight/preflight.ts";
import { checkNodes } from "../../../components/nodes/preflight.ts";
import { declarationOf, declaredNode, observedOf, siteMachine } from "./machine.ts";

const one = declarationOf([declaredNode("203.0.113.10")]);

describe("the check of machines before anything is changed", () => {
  it("has nothing to say of a good machine", () => {
    assert.deepEqual(checkNodes(one, observedOf([siteMachine("203.0.113.10")])), []);
  });

  it("names every problem of every machine at once", () => {
    const machines = [
      siteMachine("203.0.113.10", { os: { id: "fedora", version: "43", codename: "", name: "Fedora 43" } }),
      siteMachine("203.0.113.11", {
        listeners: [{ protocol: "tcp", address: "0.0.0.0", port: 443, process: "traefik" }],
      }),
    ];
    assert.throws(
      () => checkNodes(one, observedOf(machines)),
      (error) =>
        error instanceof HostsUnfit &&
        /^Nothing was changed\./.test(error.message) &&
        /203\.0\.113\.10.*Fedora 43/.test(error.message) &&
        /203\.0\.113\.11.*443/.test(error.message),
    );
  });

  it("asks of each machine what its part needs", () => {
    const small = { cpu: { threads: 2, model: "small" }, memoryBytes: 4.2 * 2 ** 30 };
    const machines = ["203.0.113.10", "203.0.113.11"].map((host) => siteMachine(host, small));
    const said = checkNodes(one, observedOf(machines));
    // The first is the server, for which two threads are enough.
    assert.ok(!said.some((line) => line.includes("203.0.113.10")));
    assert.ok(said.some((line) => /203\.0\.113\.11.*an agent: 2 CPU threads instead of 4/.test(line)));
    const [alone] = machines;
    assert.ok(alone !== undefined);
    assert.match(checkNodes(one, observedOf([alone])).join(), /the whole site: 2 CPU threads instead of 8/);
  });

  it("tells of GPUs that are not offered, and of what the plan has to say", () => {
    const machines = ["203.0.113.10", "203.0.113.11", "203.0.113.12"].map((host) => siteMachine(host));
    const problem = { kind: "unknown-pci-id" as const, node: "a", message: "a has a GPU nobody knows." };
    const running = { roles: { [machines[0]?.name ?? ""]: "server" as const }, datastore: "sqlite" as const };
    const agents = machines.slice(1).map(({ name, address }) => ({ name, address, role: "agent" as const }));
    const [first] = machines;
    assert.ok(first !== undefined);
    const said = checkNodes(
      one,
      observedOf(machines, {
        problems: [problem],
        running,
        k3sMachines: [{ name: first.name, address: first.address }, ...agents],
      }),
    );
    assert.ok(said.includes("a has a GPU nobody knows."));
    assert.ok(said.some((line) => /one server for several machines/.test(line)));
  });
});
