import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../cluster/types.ts";
import { rebootHost } from "../hosts/reboot.ts";
import { nameOf } from "../hosts/ssh.ts";
import type { HostAddress } from "../hosts/types.ts";
import { NodeNotReady } from "./errors.ts";
import { apiHost, apiUrl } from "./names.ts";
import { getNode, isReady } from "./nodeObject.ts";
import { openOthers } from "./removal/access.ts";
import { consentFor, howToAllow } from "./removal/consent.ts";
import { readPods } from "./removal/evict.ts";
import { leasesOf, readLeases } from "./removal/leases.ts";
import { inTurn } from "./turns.ts";

/** A machine that is a node of a site's cluster. */
export interface NodeMachine {
  readonly site: string;
  /** Name of the Node object. */
  readonly node: string;
  readonly address: HostAddress;
}

export interface RestartNodeOptions {
  /** Why it has to be, for texts. */
  readonly reason: string;
  /** Whether its declaration allows it under leases. */
  readonly allowed: boolean;
  /** Where consent for one run is read. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How long its node may take to be ready again; default 600. */
  readonly readySeconds?: number;
}

/** What a restart asks of the world; tests put their own there. */
export interface RestartWorld {
  openCluster(machine: NodeMachine): Promise<Pick<Cluster, "get"> | undefined>;
  reboot: typeof rebootHost;
  pause(milliseconds: number): Promise<unknown>;
}

const world: RestartWorld = {
  openCluster: ({ address, ...node }) =>
    openOthers({ ...node, address, api: apiUrl(apiHost(address)) }, true),
  reboot: rebootHost,
  pause: (ms) => sleep(ms),
};

/** Leases with pods on a node. Stopping K3s stops no pod, so it does not matter whether it runs there just now. */
async function leasesOnNode(cluster: Pick<Cluster, "get">, node: string): Promise<string[]> {
  const [leases, pods] = await Promise.all([readLeases(cluster), readPods(cluster, node)]);
  return leasesOf(pods, leases);
}

/**
 * Restarts the machine of a node: never while leases run on it, or may, unless that is agreed to; one machine of a
 * cluster at a time; and its turn is over when the cluster counts it as ready again, so that etcd keeps its majority.
 *
 * @throws RebootRefused naming the leases and how to agree
 * @throws RestartPending for this very machine
 * @throws NodeNotReady when its node, which was ready before, does not come back
 */
export async function restartNode(
  machine: NodeMachine,
  options: RestartNodeOptions,
  at: RestartWorld = world,
): Promise<void> {
  const { site, node, address } = machine;
  const { reason, allowed, env = process.env, readySeconds = 600 } = options;
  await inTurn(site, node, false, async () => {
    const cluster = await at.openCluster(machine);
    const ready = cluster !== undefined && isReady(await getNode(cluster, node));
    await at.reboot(address, {
      reason,
      allowWithLeases: allowed || consentFor(node, env).leases,
      leasesOn: async () => (cluster === undefined ? undefined : leasesOnNode(cluster, node)),
      remedy:
        cluster === undefined
          ? `Start K3s on the servers of ${site}, or agree with ${howToAllow("leases", node)}.`
          : `Wait until none does, give ${node} \`reboot: allowed\`, or agree for one run with ${howToAllow("leases", node)}.`,
    });
    if (ready) await untilReady(machine, readySeconds, at);
  });
}

const PAUSE_MS = 2000;

async function untilReady(machine: NodeMachine, seconds: number, at: RestartWorld): Promise<void> {
  for (let waited = 0; waited < seconds * 1000; waited += PAUSE_MS) {
    try {
      const cluster = await at.openCluster(machine);
      if (cluster !== undefined && isReady(await getNode(cluster, machine.node))) return;
    } catch {
      // A server that was restarted itself answers again in a while.
    }
    await at.pause(PAUSE_MS);
  }
  throw new NodeNotReady(
    `${machine.node} was restarted and is not ready again after ${seconds} s. Look at \`journalctl -u 'k3s*'\` on ${nameOf(machine.address)}, then run the same command again.`,
  );
}
