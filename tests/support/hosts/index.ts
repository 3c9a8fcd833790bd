/**
 * Hosts for tests: systemd-nspawn machines with systemd, sshd and their own network, made from this machine's own
 * distribution. They stand in for the bare machines of a site, which no test machine has: boot, services, packages,
 * files, users, SSH and network are real. Of the kernel, what a container shares with the machine it runs on is not:
 * `kernel.sh` says what they have instead, and no module can be loaded.
 */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostAddress } from "../../../components/hosts/types.ts";
import { ensureImage } from "./image.ts";
import { keyPair } from "./keys.ts";
import { Machine } from "./machine.ts";
import { claimNetwork, type Network, removeNetwork } from "./network.ts";
import { succeed } from "./run.ts";
import type { HostOptions, Lab, StartOptions, TestHost } from "./types.ts";

export type { CommandOutcome, HostOptions, Lab, PciDevice, StartOptions, TestHost } from "./types.ts";
export { hostsUnavailable, needsHosts } from "./unavailable.ts";

/** Starts hosts in a network of their own; they answer SSH when this returns. */
export async function startLab(options: StartOptions = {}): Promise<Lab> {
  const image = await ensureImage();
  const network = await claimNetwork();
  const machines = new Set<Machine>();
  const make = await hostMaker(network, image, machines);
  const lab = {
    hosts: [] as TestHost[],
    gateway: network.gateway,
    subnet: network.subnet,
    async add(more: StartOptions = {}): Promise<readonly TestHost[]> {
      const added = Array.from({ length: more.count ?? 1 }, (_, index) =>
        make({ ...more, ...more.hosts?.[index] }),
      );
      const outcomes = await Promise.allSettled(added.map((machine) => machine.boot()));
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
      lab.hosts.push(...added);
      return added;
    },
    async stop(): Promise<void> {
      await Promise.all([...machines].map((machine) => machine.stop()));
      await removeNetwork(network);
    },
  };
  try {
    await lab.add(options);
    return lab;
  } catch (error) {
    await lab.stop();
    throw error;
  }
}

/** How a host is reached as root by key, its host key known. */
export function rootOf({ address, sshKeyFile, hostKey }: TestHost): HostAddress {
  return { host: address, keyFile: sshKeyFile, hostKey };
}

async function hostMaker(
  network: Network,
  image: string,
  machines: Set<Machine>,
): Promise<(options: HostOptions) => Machine> {
  const key = keyPair();
  const sshKeyFile = join(network.folder, "ssh_key");
  writeFileSync(sshKeyFile, key.private, { mode: 0o600 });
  const password = randomBytes(12).toString("base64url");
  const hash = await succeed("chroot", [image, "openssl", "passwd", "-6", "-stdin"], { input: password });
  let nextAddress = 11;
  let made = 0;
  return (options) => {
    made++;
    const addresses = Array.from({ length: 1 + (options.extraAddresses ?? 0) }, () =>
      network.address(nextAddress++),
    );
    const machine: Machine = new Machine({
      network,
      image,
      password,
      sshKeyFile,
      options,
      seed: {
        name: `host-${made}`,
        addresses,
        gateway: network.gateway,
        pci: options.pci ?? [],
        authorizedKey: key.public,
        passwordHash: hash.trim(),
      },
      ended: async () => {
        machines.delete(machine);
      },
    });
    machines.add(machine);
    return machine;
  };
}
