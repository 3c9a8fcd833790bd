import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Fault } from "./faultType.ts";
import { machineOf } from "./world.ts";

/** Faults of the machines themselves. */
export const machineFaults: readonly Fault[] = [
  {
    check: "host-leftovers",
    what: "a machine keeps an exported key and a service",
    make: async ({ hostRoot }) => {
      await writeFile(join(hostRoot, "root", "key.pem"), "a key");
      await mkdir(join(hostRoot, "etc/systemd/system"), { recursive: true });
      await writeFile(join(hostRoot, "etc/systemd/system/akash-provider.service"), "[Service]");
    },
    evidence: /:\/root\/key\.pem; \S+: akash-provider\.service/,
  },
  {
    check: "hosts",
    what: "a machine does not answer",
    make: ({ hosts }) => {
      const read = () => Promise.reject(new Error("no route to host"));
      hosts.push({ name: "node-3", read });
    },
    evidence: /node-3: no route to host/,
  },
  {
    check: "host-clock",
    what: "a machine's clock is wrong",
    make: ({ hosts }) => {
      hosts.push(machineOf({ clock: { aheadSeconds: -61, synchronized: true } }));
    },
    evidence: /node-2 is 61 s behind/,
  },
  {
    check: "host-clock",
    what: "nothing keeps a machine's clock",
    make: ({ hosts }) => {
      hosts.push(machineOf({ clock: { aheadSeconds: 0, synchronized: false } }));
    },
    evidence: /keeps its time by nothing/,
  },
  {
    check: "host-disk",
    what: "a machine's disk is nearly full",
    make: ({ hosts }) => {
      hosts.push(machineOf({ space: [{ mount: "/var/lib", bytes: 1000, free: 40 }] }));
    },
    evidence: /node-2:\/var\/lib 4 % free/,
  },
  {
    check: "second-signer",
    what: "a provider runs on a machine outside the cluster",
    make: ({ hosts, owner }) => {
      hosts.push(machineOf({ processes: [{ pid: 42, from: owner }] }));
    },
    evidence: /process 42 on node-2 is a provider outside the cluster/,
  },
];
