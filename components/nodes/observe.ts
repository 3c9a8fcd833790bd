import { existsSync } from "node:fs";
import { openCluster } from "../cluster/cluster.ts";
import { ClusterUnreachable } from "../cluster/errors.ts";
import { gpusOnBus } from "../gpu/bus.ts";
import { planDriver } from "../gpu/driverPlan.ts";
import { GpuDriverRefused } from "../gpu/errors.ts";
import { expectedGpus } from "../gpu/expected.ts";
import { driverFacts } from "../gpu/machine.ts";
import type { GpuDatabase } from "../gpu/types.ts";
import { HostError, HostUnreachable } from "../hosts/errors.ts";
import { readHostFacts } from "../hosts/facts/facts.ts";
import type { HostFacts } from "../hosts/facts/types.ts";
import { HostsUnfit } from "../hosts/preflight/preflight.ts";
import type { Problem } from "../hosts/preflight/types.ts";
import { siteKubeconfigPath } from "../k3s/names.ts";
import { observeCluster } from "../k3s/observeCluster.ts";
import type { RunningCluster } from "../k3s/planCluster.ts";
import { cephNamespace } from "../storage/ceph.ts";
import { chooseDisks, DisksRefused, type NodeDisks } from "../storage/disks.ts";
import { diskFacts } from "../storage/machine.ts";
import { cudaOf } from "./cuda.ts";
import { keepLast, type LastRead, type LastReads, readLast } from "./lastRead.ts";
import { addressOf, k3sMachine, nameOfNode, usesGpu } from "./machines.ts";
import { errorsOf } from "./preflight.ts";
import type { NodesDeclaration, ObservedNodes, SiteMachine } from "./types.ts";

/** Problems of GPUs that end a run; the others leave the GPU unadvertised and are told. */
const FATAL: ReadonlySet<string> = new Set(["mixed-models", "not-found"]);

export interface ObserveNodesOptions {
  /** Models by PCI id, enough for the ids of these cards where anybody knows them. */
  readonly database: (ids: readonly string[]) => Promise<GpuDatabase>;
}

/**
 * Reads what completes the declaration of machines: their facts, all at the same time, the cluster that is there,
 * what their GPUs need, what is on their disks. Changes nothing on them. A node of the cluster whose machine does not
 * answer stays what it was when it last did, so that one that is off holds up nobody else.
 *
 * @throws HostsUnfit with every other machine that does not answer and, of those that do, every GPU, driver and disk
 * that cannot be used and all that `checkNodes` refuses
 */
export async function observeNodes(
  declaration: NodesDeclaration,
  options: ObserveNodesOptions,
): Promise<ObservedNodes> {
  const machines = declaration.nodes.map((node) => ({ name: nameOfNode(node), address: addressOf(node) }));
  const { dataDir } = declaration.k3s;
  const unfit = new Unfit();
  const [read, cluster, last] = await Promise.all([
    readMachines(declaration),
    unfit.collect(
      observeCluster(declaration.site, { machines, ...(dataDir === undefined ? {} : { dataDir }) }),
    ),
    readLast(declaration.site),
  ]);
  const found = withSilent(read, cluster, last, unfit);
  const running = withRoles(cluster, found);
  const database = await options.database(found.flatMap(({ facts }) => graphicsIds(facts.pci)));
  const { expected, problems } = expectedGpus(
    found.map(({ name, facts, declared }) => ({ node: name, devices: facts.pci, intent: declared.gpu })),
    database,
  );
  for (const { kind, message } of problems) if (FATAL.has(kind)) unfit.add(message);
  const [complete, onDisks = []] = await Promise.all([
    Promise.all(
      found.map(
        async (machine) => (await unfit.collect(withDriver(machine, declaration, database, last))) ?? machine,
      ),
    ),
    unfit.collect(readDisks(found, last)),
  ]);
  const disks = (await unfit.collect(chooseFrom(onDisks, declaration.site))) ?? [];
  const k3sMachines = complete.map((machine) => k3sMachine(machine, usesGpu(machine, database)));
  const observed = { machines: complete, expected, ...(running === undefined ? {} : { running }) };
  unfit.end(() => {
    // Those that could not be read have their part in the cluster all the same.
    const unread = read.filter(({ name }) => complete.every((machine) => machine.name !== name));
    const all = [...k3sMachines, ...unread.map((machine) => k3sMachine(machine, false))];
    return errorsOf(declaration, { ...observed, k3sMachines: all });
  });
  await keepLast(declaration.site, toKeep(complete, onDisks, last));
  const cuda = cudaOf(complete.flatMap(({ driver }) => driver ?? []));
  return {
    ...observed,
    k3sMachines,
    problems,
    ...(cuda === undefined ? {} : { cuda }),
    disks,
  };
}

/** What is wrong with the machines, gathered until all of them are read. */
class Unfit {
  readonly #messages = new Set<string>();
  #unanswered: ClusterUnreachable | undefined;

  add(message: string): void {
    this.#messages.add(message);
  }

  /** What comes of reading something; undefined where it is refused. */
  async collect<T>(reading: Promise<T>): Promise<T | undefined> {
    try {
      return await reading;
    } catch (error) {
      if (error instanceof ClusterUnreachable) this.#unanswered = error;
      else if (error instanceof HostError || error instanceof GpuDriverRefused) this.add(error.message);
      else if (error instanceof DisksRefused) for (const line of error.message.split("\n")) this.add(line);
      else throw error;
      return undefined;
    }
  }

  /**
   * @param more what else is wrong with the machines
   * @throws HostsUnfit where anything was gathered
   * @throws ClusterUnreachable where the machines are not why it does not answer
   */
  end(more: () => readonly Problem[]): void {
    if (this.#messages.size === 0) {
      if (this.#unanswered !== undefined) throw this.#unanswered;
      return;
    }
    const gathered = [...this.#messages].map(
      (problem): Problem => ({ severity: "error", problem, remedy: "" }),
    );
    throw new HostsUnfit([...gathered, ...more()]);
  }
}

/** NVIDIA's and AMD's cards, by id; a card's sound controller is none. */
function graphicsIds(devices: SiteMachine["facts"]["pci"]): string[] {
  return devices
    .filter(({ vendor, deviceClass }) => /^(10de|1002)$/.test(vendor) && /^(03|12)/.test(deviceClass))
    .map(({ vendor, device }) => `${vendor}:${device}`);
}

/** A machine, or why it cannot be read. */
type Read = Omit<SiteMachine, "facts"> & { readonly facts?: HostFacts; readonly error?: HostError };

function readMachines({ nodes }: NodesDeclaration): Promise<Read[]> {
  return Promise.all(
    nodes.map(async (declared): Promise<Read> => {
      const machine = { name: nameOfNode(declared), address: addressOf(declared), declared };
      try {
        return { ...machine, facts: await readHostFacts(machine.address) };
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        return { ...machine, error };
      }
    }),
  );
}

/** Nodes that do not answer as they were. Whoever answers and refuses, or never was a node, has to be seen to first. */
function withSilent(
  read: readonly Read[],
  cluster: RunningCluster | undefined,
  last: LastReads,
  unfit: Unfit,
): SiteMachine[] {
  return read.flatMap(({ facts, error, ...machine }): SiteMachine[] => {
    if (facts !== undefined) return [{ ...machine, facts }];
    const { name, address } = machine;
    const before = last[name];
    const isNode = cluster?.roles[name] !== undefined || before?.facts.k3s.role !== undefined;
    if (error instanceof HostUnreachable && isNode && before?.host === address.host) {
      return [{ ...machine, facts: before.facts, silent: error.message }];
    }
    unfit.add(error?.message ?? "");
    return [];
  });
}

/** Where the machines had to be asked for the cluster, a silent one could not say what it is. */
function withRoles(
  cluster: RunningCluster | undefined,
  machines: readonly SiteMachine[],
): RunningCluster | undefined {
  if (cluster === undefined) return undefined;
  const silent = machines.flatMap(({ name, silent, facts }) =>
    silent === undefined || facts.k3s.role === undefined ? [] : [[name, facts.k3s.role] as const],
  );
  return { ...cluster, roles: { ...Object.fromEntries(silent), ...cluster.roles } };
}

async function withDriver(
  machine: SiteMachine,
  { driver, k3s }: NodesDeclaration,
  database: GpuDatabase,
  last: LastReads,
): Promise<SiteMachine> {
  const nvidia = gpusOnBus(machine.facts.pci, database).some(({ vendor }) => vendor === "nvidia");
  if (driver.by !== "host" || machine.declared.gpu === "none" || !nvidia) return machine;
  const plan =
    machine.silent === undefined
      ? planDriver(machine.name, await driverFacts(machine.address, k3s.dataDir), driver)
      : last[machine.name]?.driver;
  return plan === undefined ? machine : { ...machine, driver: plan };
}

/** What the listed disks are, of machines that list some. */
function readDisks(machines: readonly SiteMachine[], last: LastReads): Promise<NodeDisks[]> {
  return Promise.all(
    machines
      .filter(({ declared }) => declared.disks.length > 0)
      .map(async ({ name, address, silent, declared: { disks } }) => {
        const devices = disks.map(({ device }) => device);
        const facts = silent === undefined ? diskFacts(address, devices) : (last[name]?.disks ?? []);
        return { node: name, disks, facts: await facts };
      }),
  );
}

async function chooseFrom(nodes: readonly NodeDisks[], site: string): Promise<ObservedNodes["disks"]> {
  if (nodes.length === 0) return [];
  return chooseDisks(nodes, { cephRuns: await cephRunsOn(siteKubeconfigPath(site)) });
}

/** What the next run is to know of machines that do not answer then. */
function toKeep(machines: readonly SiteMachine[], disks: readonly NodeDisks[], last: LastReads): LastReads {
  const entries = machines.map(({ name, address: { host }, facts, driver, silent }): [string, LastRead] => {
    const before = last[name];
    if (silent !== undefined && before !== undefined) return [name, before];
    return [name, { host, facts, driver, disks: disks.find(({ node }) => node === name)?.facts }];
  });
  return Object.fromEntries(entries);
}

async function cephRunsOn(kubeconfigPath: string): Promise<boolean> {
  if (!existsSync(kubeconfigPath)) return false;
  const cluster = await openCluster({ kubeconfigPath });
  const path = `/apis/ceph.rook.io/v1/namespaces/${cephNamespace}/cephclusters/${cephNamespace}`;
  return (await cluster.get(path)) !== undefined;
}
