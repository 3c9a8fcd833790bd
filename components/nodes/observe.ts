import { existsSync } from "node:fs";
import { openCluster } from "../cluster/cluster.ts";
import { gpusOnBus } from "../gpu/bus.ts";
import { planDriver } from "../gpu/driverPlan.ts";
import { expectedGpus } from "../gpu/expected.ts";
import { driverFacts } from "../gpu/machine.ts";
import type { GpuDatabase } from "../gpu/types.ts";
import { HostError } from "../hosts/errors.ts";
import { readHostFacts } from "../hosts/facts/facts.ts";
import { HostsUnfit } from "../hosts/preflight/preflight.ts";
import type { Problem } from "../hosts/preflight/types.ts";
import { siteKubeconfigPath } from "../k3s/names.ts";
import { observeCluster } from "../k3s/observeCluster.ts";
import { cephNamespace } from "../storage/ceph.ts";
import { chooseDisks } from "../storage/disks.ts";
import { diskFacts } from "../storage/machine.ts";
import { cudaOf } from "./cuda.ts";
import { addressOf, k3sMachine, nameOfNode, usesGpu } from "./machines.ts";
import type { NodesDeclaration, ObservedNodes, SiteMachine } from "./types.ts";

/** GPUs of a machine that the network would not match to orders, or that a declaration asked for in vain. */
export class NodesUnfit extends Error {
  override readonly name = "NodesUnfit";
}

/** Problems that end a run; the others leave the GPU unadvertised and are told. */
const FATAL: ReadonlySet<string> = new Set(["mixed-models", "not-found"]);

export interface ObserveNodesOptions {
  /** Models by PCI id, enough for the ids of these cards where anybody knows them. */
  readonly database: (ids: readonly string[]) => Promise<GpuDatabase>;
}

/**
 * Reads what completes the declaration of machines: their facts, all at the same time, the cluster that is there,
 * what their GPUs need, what is on their disks. Changes nothing.
 *
 * @throws HostsUnfit naming every machine that does not answer
 * @throws NodesUnfit, GpuDriverRefused, DisksRefused
 */
export async function observeNodes(
  declaration: NodesDeclaration,
  options: ObserveNodesOptions,
): Promise<ObservedNodes> {
  const machines = declaration.nodes.map((node) => ({ name: nameOfNode(node), address: addressOf(node) }));
  const { dataDir } = declaration.k3s;
  const [found, running] = await Promise.all([
    readMachines(declaration),
    observeCluster(declaration.site, { machines, ...(dataDir === undefined ? {} : { dataDir }) }),
  ]);
  const database = await options.database(found.flatMap(({ facts }) => graphicsIds(facts.pci)));
  const { expected, problems } = expectedGpus(
    found.map(({ name, facts, declared }) => ({ node: name, devices: facts.pci, intent: declared.gpu })),
    database,
  );
  const fatal = problems.filter(({ kind }) => FATAL.has(kind));
  if (fatal.length > 0) throw new NodesUnfit(fatal.map(({ message }) => message).join("\n"));
  const [complete, disks] = await Promise.all([
    Promise.all(found.map((machine) => withDriver(machine, declaration, database))),
    readDisks(found, declaration.site),
  ]);
  const cuda = cudaOf(complete.flatMap(({ driver }) => driver ?? []));
  return {
    machines: complete,
    k3sMachines: complete.map((machine) => k3sMachine(machine, usesGpu(machine, database))),
    ...(running === undefined ? {} : { running }),
    expected,
    problems,
    ...(cuda === undefined ? {} : { cuda }),
    disks,
  };
}

/** NVIDIA's and AMD's cards, by id; a card's sound controller is none. */
function graphicsIds(devices: SiteMachine["facts"]["pci"]): string[] {
  return devices
    .filter(({ vendor, deviceClass }) => /^(10de|1002)$/.test(vendor) && /^(03|12)/.test(deviceClass))
    .map(({ vendor, device }) => `${vendor}:${device}`);
}

async function readMachines({ nodes }: NodesDeclaration): Promise<SiteMachine[]> {
  const silent: Problem[] = [];
  const read = nodes.map(async (declared): Promise<SiteMachine[]> => {
    const address = addressOf(declared);
    try {
      return [{ name: nameOfNode(declared), address, declared, facts: await readHostFacts(address) }];
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      silent.push({ host: error.host, severity: "error", problem: error.message, remedy: "" });
      return [];
    }
  });
  const machines = (await Promise.all(read)).flat();
  if (silent.length > 0) throw new HostsUnfit(silent);
  return machines;
}

async function withDriver(
  machine: SiteMachine,
  { driver, k3s }: NodesDeclaration,
  database: GpuDatabase,
): Promise<SiteMachine> {
  const nvidia = gpusOnBus(machine.facts.pci, database).some(({ vendor }) => vendor === "nvidia");
  if (driver.by !== "host" || machine.declared.gpu === "none" || !nvidia) return machine;
  const plan = planDriver(machine.name, await driverFacts(machine.address, k3s.dataDir), driver);
  return plan === undefined ? machine : { ...machine, driver: plan };
}

async function readDisks(machines: readonly SiteMachine[], site: string): Promise<ObservedNodes["disks"]> {
  const withDisks = machines.filter(({ declared }) => declared.disks.length > 0);
  if (withDisks.length === 0) return [];
  const [cephRuns, ...nodes] = await Promise.all([
    cephRunsOn(siteKubeconfigPath(site)),
    ...withDisks.map(async ({ name, address, declared: { disks } }) => ({
      node: name,
      disks,
      facts: await diskFacts(
        address,
        disks.map(({ device }) => device),
      ),
    })),
  ]);
  return chooseDisks(nodes, { cephRuns });
}

async function cephRunsOn(kubeconfigPath: string): Promise<boolean> {
  if (!existsSync(kubeconfigPath)) return false;
  const cluster = await openCluster({ kubeconfigPath });
  const path = `/apis/ceph.rook.io/v1/namespaces/${cephNamespace}/cephclusters/${cephNamespace}`;
  return (await cluster.get(path)) !== undefined;
}
