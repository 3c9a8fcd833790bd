import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, isAlive, type ProcessIdentity, signal } from "../../../embedded/processes.ts";
import { cacheRootOf } from "../../../toolchain/index.ts";
import { withLock } from "../../../toolchain/lock.ts";
import { removeControlGroups } from "./groups.ts";
import { hostsFolder } from "./image.ts";
import { run, succeed } from "./run.ts";

/** A network of this process's own: a bridge, and a folder for the hosts on it. */
export interface Network {
  /** Also the name of the bridge. */
  readonly name: string;
  readonly folder: string;
  readonly subnet: string;
  readonly gateway: string;
  /** The address with this last number. */
  address(number: number): string;
}

const most = 200;

/** Takes the first free network, after removing those whose process is no longer there. */
export async function claimNetwork(): Promise<Network> {
  const labs = join(hostsFolder(), "labs");
  mkdirSync(labs, { recursive: true });
  return withLock(join(cacheRootOf(), "locks", "host-networks.lock"), { pollMs: 50 }, async () => {
    for (const name of readdirSync(labs)) {
      const owner = readOwner(join(labs, name));
      if (owner === undefined || !isAlive(owner)) await removeNetwork(networkOf(labs, numberIn(name)));
    }
    for (let number = 0; number < most; number++) {
      const network = networkOf(labs, number);
      if (existsSync(network.folder) || (await isRouted(network))) continue;
      // Fails where somebody with another cache folder has it.
      if ((await run("ip", ["link", "add", "name", network.name, "type", "bridge"])).code !== 0) continue;
      mkdirSync(network.folder, { mode: 0o700 });
      writeFileSync(join(network.folder, "owner.json"), JSON.stringify(identify(process.pid)));
      await succeed("ip", ["address", "add", `${network.gateway}/24`, "dev", network.name]);
      await succeed("ip", ["link", "set", network.name, "up"]);
      return network;
    }
    throw new Error(`All ${most} networks for test hosts are in use.`);
  });
}

/** Removes a network with everything that is left of its hosts. */
export async function removeNetwork(network: Network): Promise<void> {
  if (existsSync(network.folder)) {
    for (const name of readdirSync(network.folder)) {
      const process = readIdentity(join(network.folder, name, "process.json"));
      if (process !== undefined) signal(process, "SIGKILL");
      await removeControlGroups(`${network.name}-${name}`);
    }
  }
  await run("ip", ["link", "delete", network.name]);
  rmSync(network.folder, { recursive: true, force: true });
}

function networkOf(labs: string, number: number): Network {
  const name = `akash-lab${number}`;
  const address = (last: number) => `10.231.${number}.${last}`;
  return {
    name,
    folder: join(labs, name),
    subnet: `10.231.${number}.0/24`,
    gateway: address(1),
    address,
  };
}

function numberIn(name: string): number {
  return Number(/\d+$/.exec(name)?.[0] ?? most);
}

/** Whether this machine already reaches that network, so that it is somebody's. */
async function isRouted({ subnet }: Network): Promise<boolean> {
  return (await succeed("ip", ["route", "show", "to", "match", subnet]))
    .split("\n")
    .some((line) => line !== "" && !line.startsWith("default"));
}

function readOwner(folder: string): ProcessIdentity | undefined {
  return readIdentity(join(folder, "owner.json"));
}

function readIdentity(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
