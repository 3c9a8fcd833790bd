import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type Refusals, said } from "./complaints.ts";

describe("SiteConfig: what is refused of machines and storage, in these words", () => {
  const cases: Refusals = {
    "nodes: twice the same, agents only, a wrong role": {
      given: {
        cluster: undefined,
        nodes: [
          { host: "203.0.113.10", role: "agent" },
          { host: "203.0.113.10", role: "agent" },
        ],
      },
      says: [
        'nodes[1].host: "203.0.113.10" is listed twice. Keep one entry per machine.',
        "nodes: the list has agents only. Give one of them role: server, or auto.",
      ],
    },
    "no node in the list": {
      given: { cluster: undefined, nodes: [] },
      says: ["nodes: the list is empty. Name at least one machine."],
    },
    "a node that is no machine": {
      given: { cluster: undefined, nodes: [{ host: "bad host!", role: "master", hostKey: "abc" }] },
      says: [
        'nodes[0].host: "bad host!" is neither an IP address nor a host name. Write 203.0.113.10 or a host name.',
        'nodes[0].hostKey: "abc" is no host key. Write the fingerprint that `ssh-keygen -lf` prints on the machine for /etc/ssh/ssh_host_ed25519_key.pub.',
        'nodes[0].role: "master" is not one of the choices. Choose auto, server or agent.',
      ],
    },
    "a node in detail": {
      given: {
        cluster: undefined,
        nodes: [
          {
            host: "local",
            name: "Node_1",
            nodeIp: "10.0.0",
            taints: ["gpu:Sometimes"],
            labels: { zone: "a b" },
            disks: [{ device: "sdb" }],
            bastion: { host: "jump.example.com", hostKey: "SHA256:short" },
            passwordEnv: "correct horse",
          },
        ],
      },
      says: [
        "nodes[0].passwordEnv: (hidden) is not the name of an environment variable. Write the variable's name, for example GARAGE_SECRET, and set the variable where you run the program.",
        'nodes[0].name: "Node_1" is not a node name. Use lower-case letters, digits and dashes.',
        'nodes[0].bastion.hostKey: "SHA256:short" is no host key. Write the fingerprint that `ssh-keygen -lf` prints on the machine for /etc/ssh/ssh_host_ed25519_key.pub.',
        'nodes[0].nodeIp: "10.0.0" is not an IP address. Write an address of the machine, for example 10.0.0.10.',
        `nodes[0].labels.zone: "a b" is not a label's value. Use up to 63 letters, digits, dashes, dots and underscores.`,
        'nodes[0].taints[0]: "gpu:Sometimes" is not a taint. Write key=value:NoSchedule.',
        'nodes[0].disks[0].device: "sdb" is not a disk. Write a name below /dev, for example what `ls -l /dev/disk/by-id` shows.',
      ],
    },
    "settings of K3s without machines": {
      given: { k3s: { cni: "calico" } },
      says: [
        "k3s: the object is about machines, and there are no `nodes`. Remove it, or list the machines in `nodes` instead of `cluster`.",
      ],
    },
    "K3s as it cannot be": {
      given: {
        cluster: undefined,
        nodes: [{ host: "203.0.113.10" }],
        k3s: { version: "1.34.3", cni: "cilium", podCidr: "10.42", dataDir: "data", evictionSeconds: 5 },
      },
      says: [
        'k3s.version: "1.34.3" is no release of K3s. Write it as K3s does, for example v1.34.3+k3s1.',
        'k3s.cni: "cilium" is not one of the choices. Choose flannel or calico.',
        'k3s.podCidr: "10.42" is not a network. Write an address and its prefix, for example 10.42.0.0/16.',
        'k3s.dataDir: "data" is not an absolute path. Write a path that begins with a slash.',
        "k3s.evictionSeconds: 5 is not a whole number from 60 to 86400. Expected: seconds that pods of a node that does not answer are left in place; default: 3600.",
      ],
    },
    "storage that cannot work, or is there twice": {
      given: {
        cluster: undefined,
        nodes: [{ host: "203.0.113.10", disks: [{ device: "/dev/sdb", kind: "nvme" }] }],
        storage: {
          classes: [
            { name: "beta2", provisioner: "rancher.io/local-path", volumeBindingMode: "Immediate" },
            { name: "beta3", provisioner: "rancher.io/local-path" },
          ],
        },
      },
      says: [
        'storage.classes[0].volumeBindingMode: "Immediate" does not go with rancher.io/local-path. Leave it out: local-path makes a volume on the node that the pod was given, and fails with "no node was specified" before there is one.',
        'storage.classes[1].name: "beta3" is what the disks of `nodes` already give. Remove it, or give the disks to another kind.',
      ],
    },
    "a storage class and a volume": {
      given: {
        storage: {
          classes: [{ name: "fast", provisioner: " " }],
          providerVolume: { size: "1G" },
        },
      },
      says: [
        'storage.classes[0].name: "fast" is not one of the choices. Choose default, beta1, beta2 or beta3.',
        'storage.classes[0].provisioner: " " is blank. Expected: the CSI driver or provisioner behind it, for example rancher.io/local-path.',
        'storage.providerVolume.size: "1G" is not a size. Write a whole number with its unit Mi, Gi or Ti, for example 1Gi.',
      ],
    },
    "a storage class twice": {
      given: {
        storage: {
          classes: [
            { name: "beta3", provisioner: "a" },
            { name: "beta3", provisioner: "b" },
          ],
        },
      },
      says: ['storage.classes[1].name: "beta3" is listed twice. Keep one entry per class.'],
    },
  };

  for (const [what, { given, says }] of Object.entries(cases)) {
    it(what, () => assert.deepEqual(said(given), says));
  }
});
