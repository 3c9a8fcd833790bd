import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { leaseClasses, siteAttributes } from "../../../components/site/attributes.ts";
import { parseSiteConfig } from "../../../components/site/config.ts";
import {
  addressOfNodes,
  admissionOfRelease,
  clusterExists,
  gpusOfNodes,
  hostsOfMachines,
  internalAddresses,
  kubeconfigOf,
  nodesDeclaration,
} from "../../../components/site/nodes.ts";
import { observedOf, siteMachine } from "../nodes/machine.ts";

function site(changes: Record<string, unknown> = {}) {
  return parseSiteConfig({
    name: "garage-of-tests",
    domain: "example.com",
    network: "mainnet",
    wallet: { mnemonicEnv: "GARAGE_MNEMONIC" },
    nodes: [{ host: "203.0.113.10" }],
    contact: { email: "ops@example.com" },
    attributes: { "location-region": "us-west" },
    ...changes,
  });
}

const gpu = { node: "a", vendor: "nvidia", model: "rtx5090", memory: "32Gi", interface: "pcie" };

describe("a site on machines of its own", () => {
  it("keeps its kubeconfig at a path that its name gives", () => {
    const config = site();
    assert.match(kubeconfigOf(config), /garage-of-tests\/kubeconfig\.yaml$/);
    assert.equal(kubeconfigOf(config), kubeconfigOf(site({ nodes: [{ host: "203.0.113.11" }] })));
    assert.equal(clusterExists(config), false);
    assert.equal(clusterExists(site({ nodes: undefined, cluster: { kubeconfig: "/none" } })), true);
  });

  it("is declared to what makes the cluster, its release from the set of versions unless named", () => {
    const declaration = nodesDeclaration(site({ k3s: { cni: "calico" }, mirror: { k3s: "/mirror" } }));
    assert.deepEqual([declaration?.k3s.cni, declaration?.k3s.mirror], ["calico", "/mirror"]);
    assert.match(declaration?.k3s.version ?? "", /^v1\.\d+\.\d+\+k3s\d+$/);
    assert.equal(nodesDeclaration(site({ k3s: { version: "v1.33.7+k3s1" } }))?.k3s.version, "v1.33.7+k3s1");
    assert.equal(nodesDeclaration(site({ nodes: undefined, cluster: { kubeconfig: "/none" } })), undefined);
  });

  it("knows what its cluster will offer before there is one", () => {
    assert.equal(admissionOfRelease("v1.33.7+k3s1"), undefined);
    assert.equal(admissionOfRelease("v1.34.3+k3s1"), "v1beta1");
    assert.equal(admissionOfRelease("v1.35.0+k3s1"), "v1beta1");
    assert.equal(admissionOfRelease("v1.36.0+k3s1"), "v1");
  });

  it("is found at the first public address of a machine", () => {
    const of = (...hosts: string[]) => addressOfNodes(observedOf(hosts.map((host) => siteMachine(host))));
    assert.equal(of("10.0.0.1", "100.64.0.1", "203.0.113.10", "203.0.113.11"), "203.0.113.10");
    assert.equal(of("192.168.1.5", "gpu.lan", "local"), undefined);
    assert.equal(addressOfNodes(undefined), undefined);
  });

  it("is near where its machines are reached, and a cluster where its nodes reach one another", () => {
    const bastion = { host: "203.0.113.1" };
    const { nodes = [] } = site({
      nodes: [{ host: "192.168.1.5" }, { host: "10.0.0.1", bastion }, { host: "gpu.lan" }],
    });
    assert.deepEqual(hostsOfMachines(nodes), ["192.168.1.5", "gpu.lan"]);
    const addresses = [
      { type: "Hostname", address: "node-1" },
      { type: "InternalIP", address: "192.168.1.5" },
      { type: "ExternalIP", address: "203.0.113.10" },
    ];
    assert.deepEqual(internalAddresses([{ status: { addresses } }, { status: {} }, {}]), ["192.168.1.5"]);
  });

  it("advertises what its buses show, with the CUDA version of the planned driver", () => {
    const observed = { nodes: observedOf([], { expected: [{ ...gpu, count: 2 }], cuda: "13.0" }) };
    const detection = gpusOfNodes(observed.nodes);
    assert.deepEqual(detection.devices, [{ ...gpu, present: 2, allocatable: 2 }]);
    const attributes = siteAttributes(site(), { ...observed, gpu: detection });
    assert.equal(attributes["capabilities/gpu/vendor/nvidia/model/rtx5090/ram/32Gi/interface/pcie"], "true");
    assert.equal(attributes["cuda"], "13.0");
    const withdrawn = siteAttributes(site(), { ...observed, gpu: { ...detection, devices: [] } });
    assert.ok(!Object.keys(withdrawn).some((key) => key.includes("gpu")));
  });

  it("offers the classes of its disks besides those declared", () => {
    const disks = [{ node: "a", device: "/dev/sdb", kind: "nvme" as const }];
    const config = site({ storage: { classes: [{ name: "beta2", provisioner: "rancher.io/local-path" }] } });
    const nodes = observedOf([], { disks });
    assert.deepEqual(
      leaseClasses(config, { nodes }).map(({ name }) => name),
      ["beta2", "beta3"],
    );
    const attributes = siteAttributes(config, { gpu: { devices: [], problems: [] }, nodes });
    assert.equal(attributes["capabilities/storage/3/class"], "beta3");
  });
});
