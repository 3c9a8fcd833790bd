import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { parseLspci } from "../../../components/gpu/bus.ts";
import { commonModels } from "../../../components/gpu/commonModels.ts";
import { cudaOf } from "../../../components/nodes/cuda.ts";
import {
  addressOf,
  k3sMachine,
  nameOfNode,
  preparationFor,
  usesGpu,
} from "../../../components/nodes/machines.ts";
import { noCard, rtx5090 } from "../gpu/cards.ts";
import { declarationOf, declaredNode, siteMachine } from "./machine.ts";

describe("a declared machine", () => {
  it("is reached by what says so, and by nothing else of its declaration", () => {
    const bastion = { host: "jump.example.com", user: "me" };
    const node = declaredNode("10.0.0.5", {
      user: "ubuntu",
      port: 2222,
      keyFile: "~/.ssh/k",
      bastion,
      labels: { a: "b" },
    });
    assert.deepEqual(addressOf(node), {
      host: "10.0.0.5",
      user: "ubuntu",
      port: 2222,
      keyFile: "~/.ssh/k",
      bastion: { host: "jump.example.com", user: "me" },
    });
    assert.deepEqual(addressOf(declaredNode("a", { passwordEnv: "P", hostKey: "SHA256:x" })), {
      host: "a",
      passwordEnv: "P",
      hostKey: "SHA256:x",
    });
  });

  it("is named by itself or by its address", () => {
    assert.equal(nameOfNode(declaredNode("10.0.0.5")), "node-10-0-0-5");
    assert.equal(nameOfNode(declaredNode("10.0.0.5", { name: "gpu-1" })), "gpu-1");
  });

  it("uses its GPU unless told to leave it", () => {
    const shown = siteMachine("10.0.0.5", { pci: card(rtx5090.lspci) });
    assert.equal(usesGpu(shown, commonModels), true);
    assert.equal(
      usesGpu({ ...shown, declared: declaredNode("10.0.0.5", { gpu: "none" }) }, commonModels),
      false,
    );
    assert.equal(usesGpu(siteMachine("10.0.0.5", { pci: card(noCard.lspci) }), commonModels), false);
  });

  it("becomes a node with its labels and taints", () => {
    const declared = declaredNode("10.0.0.5", {
      role: "agent",
      labels: { zone: "a" },
      taints: ["x:NoSchedule"],
    });
    const machine = { ...siteMachine("10.0.0.5"), declared };
    assert.deepEqual(k3sMachine(machine, true), {
      name: "node-10-0-0-5",
      address: { host: "10.0.0.5" },
      role: "agent",
      gpu: true,
      labels: { zone: "a" },
      taints: ["x:NoSchedule"],
    });
    assert.equal(
      k3sMachine({ ...machine, declared: { ...declared, nodeIp: "10.0.0.6" } }, false).nodeIp,
      "10.0.0.6",
    );
  });
});

function card(lspci: string) {
  return parseLspci(lspci).map((device) => ({ ...device, bootDisplay: false }));
}

describe("the firewall of a machine", () => {
  const nodesOf = (hosts: readonly string[], of = 0) => {
    const machines = hosts.map((host) => siteMachine(host));
    const [machine] = machines.slice(of);
    assert.ok(machine !== undefined);
    const { firewall } = preparationFor(machine, machines, declarationOf([]));
    assert.ok(firewall !== false && firewall !== undefined);
    return firewall.nodes;
  };

  it("lets the site's own network in, and strangers' neighbours by single address", () => {
    assert.deepEqual(nodesOf(["10.0.0.5", "10.0.0.6", "203.0.113.10", "100.64.3.4"]), [
      "10.0.0.0/24",
      "203.0.113.10",
      "100.64.3.0/24",
    ]);
  });

  it("does not change on the others when a machine of their network joins", () => {
    const octet = fc.integer({ min: 1, max: 254 });
    fc.assert(
      fc.property(fc.uniqueArray(octet, { minLength: 2, maxLength: 20 }), (octets) => {
        const hosts = octets.map((last) => `192.168.7.${last}`);
        assert.deepEqual(nodesOf(hosts.slice(0, -1)), nodesOf(hosts));
      }),
    );
  });

  it("is the same on all machines", () => {
    const hosts = ["10.0.0.5", "203.0.113.10", "203.0.113.11"];
    assert.deepEqual(nodesOf(hosts, 0), nodesOf(hosts, 2));
  });

  it("counts no address that may change by the day, unless it is declared", () => {
    const addresses = ["10.0.0.5", "2001:db8::5", "169.254.1.1", "127.0.0.1"];
    const declared = declaredNode("box.example.com", { nodeIp: "2001:db8::7" });
    const machine = { ...siteMachine("box.example.com", { addresses }), declared };
    const { firewall } = preparationFor(machine, [machine], declarationOf([]));
    assert.deepEqual(firewall !== false && firewall?.nodes, ["10.0.0.0/24", "2001:db8::7"]);
  });

  it("is left alone where somebody else sees to it, and follows what is declared", () => {
    const machine = siteMachine("10.0.0.5", {}, { address: { host: "10.0.0.5", port: 2222 } });
    const hosts = { hardenSsh: true, keepSwap: true, packages: ["htop"], audit: false };
    const none = preparationFor(
      machine,
      [machine],
      declarationOf([], { hosts: { ...hosts, firewall: false } }),
    );
    assert.deepEqual(
      [none.firewall, none.hardenSsh, none.keepSwap, none.packages, none.gpu],
      [false, true, true, ["htop"], false],
    );
    const own = preparationFor(
      machine,
      [machine],
      declarationOf([], {
        hosts: { ...hosts, firewall: { operators: ["198.51.100.7"] } },
        k3s: { podCidr: "10.50.0.0/16" },
      }),
    );
    assert.deepEqual(own.firewall, {
      operators: ["198.51.100.7"],
      nodes: ["10.0.0.0/24"],
      podNetworks: ["10.50.0.0/16", "10.43.0.0/16"],
      sshPort: 2222,
    });
  });
});

describe("the CUDA version of a site", () => {
  it("is what every driver supports, known before the drivers are there", () => {
    assert.equal(cudaOf([{ branch: 580 }, { branch: 570 }]), "12.8");
    assert.equal(cudaOf([{ branch: 580 }]), "13.0");
    assert.equal(cudaOf([]), undefined);
    assert.equal(cudaOf([{ branch: 580 }, { branch: 999 }]), undefined);
  });
});
