import { isDeepStrictEqual } from "node:util";
import type { Implementation } from "../dynamic/index.ts";
import { HostKeyChanged, HostUnreachable } from "../hosts/errors.ts";
import { type RebootOptions, rebootHost } from "../hosts/reboot.ts";
import type { HostAddress } from "../hosts/types.ts";
import { restartNode } from "../k3s/restartNode.ts";
import { branchOf, type DriverFacts, rebootPending } from "./driverFacts.ts";
import type { DriverPlan } from "./driverPlan.ts";
import { GpuDriverIncomplete } from "./errors.ts";
import { driverFacts, installDriver } from "./machine.ts";

interface Declared {
  readonly host: HostAddress;
  readonly plan: DriverPlan;
  /** Its node, where it is or becomes one. */
  readonly node?: { readonly site: string; readonly name: string };
  readonly k3sDataDir: string;
  readonly allowReboot: boolean;
}

/** What is compared with the machine, by field. */
interface Observable {
  /** Branch and flavour that run, for example `580 open`. */
  readonly driver: string;
  /** `running` in the driver's version, `not needed`, or what it is instead. */
  readonly fabricManager: string;
  readonly toolkit: "installed" | "missing";
  /** Which GPUs a container gets: those `allocated` to it, or those it `named` in `NVIDIA_VISIBLE_DEVICES`. */
  readonly visibleDevices: "allocated" | "named";
  /** The specification for the Container Device Interface. */
  readonly cdi: "written" | "missing";
  /** Whether K3s knows the NVIDIA runtime, or will when it starts. */
  readonly runtime: "known" | "unknown";
}

interface State extends Declared, Observable {
  readonly driverVersion: string;
  readonly toolkitVersion: string;
}

/** What the implementation asks of the world; tests put their own there. */
export interface DriverWorld {
  driverFacts: typeof driverFacts;
  installDriver: typeof installDriver;
  reboot(address: HostAddress, options: RebootOptions): Promise<unknown>;
  restartNode(...args: Parameters<typeof restartNode>): Promise<unknown>;
}

const world: DriverWorld = {
  driverFacts,
  installDriver,
  reboot: rebootHost,
  restartNode,
};

const observables = ["driver", "fabricManager", "toolkit", "visibleDevices", "cdi", "runtime"] as const;

/** Keeps driver, Fabric Manager, container toolkit, CDI specification and K3s's runtime of one machine. */
export function handler(at: DriverWorld = world): Implementation {
  return {
    check: async (_olds: unknown, news: Declared) => ({ inputs: { ...pick(news), ...wanted(news.plan) } }),
    diff: async (_id: string, olds: State, news: State) => {
      const changed = observables.filter((field) => olds[field] !== news[field]);
      const moved = !isDeepStrictEqual(olds.host, news.host) || olds.k3sDataDir !== news.k3sDataDir;
      return { changes: changed.length > 0 || moved };
    },
    create: async (inputs: Declared) => ({ id: inputs.host.host, outs: await apply(at, inputs) }),
    update: async (_id: string, _olds: State, news: Declared) => ({ outs: await apply(at, news) }),
    read: async (id: string, state: State) => {
      const facts = await factsOrWarning(at, state);
      if (facts === undefined) return { id, props: state, inputs: inputsOf(state) };
      const props: State = { ...pick(state), ...observe(facts, state.plan), ...versions(facts) };
      return { id, props, inputs: inputsOf(props) };
    },
    // A driver harms nobody; taking it out could take a desktop down.
    delete: async () => {},
  };
}

/** A machine that is off must not stop a run that is about to remove it, nor one that was set up anew a run that declares its new key. */
async function factsOrWarning(at: DriverWorld, state: State): Promise<DriverFacts | undefined> {
  try {
    return await at.driverFacts(state.host, state.k3sDataDir);
  } catch (error) {
    if (!(error instanceof HostUnreachable || error instanceof HostKeyChanged)) throw error;
    console.warn(error.message);
    return undefined;
  }
}

async function apply(at: DriverWorld, declared: Declared): Promise<State> {
  const { host, plan, k3sDataDir } = declared;
  const { reboot } = await at.installDriver(host, plan, k3sDataDir);
  if (reboot !== "") {
    await restart(at, declared, reboot);
    await at.installDriver(host, plan, k3sDataDir);
  }
  const facts = await at.driverFacts(host, k3sDataDir);
  const state: State = { ...pick(declared), ...observe(facts, plan), ...versions(facts) };
  const expected = wanted(plan);
  const short = observables.filter((field) => state[field] !== expected[field]);
  if (short.length === 0) return state;
  const gaps = short.map((field) => `${field} is ${state[field]} instead of ${expected[field]}`);
  throw new GpuDriverIncomplete(
    `${host.host}: after the installation ${gaps.join(", ")}. Look at \`dmesg | grep -i nvidia\` and \`journalctl -b -p err\` on the machine, then run again.`,
  );
}

/** A machine without K3s runs no leases; of one with it the cluster knows. */
async function restart(at: DriverWorld, declared: Declared, reason: string): Promise<void> {
  const { host, node, k3sDataDir, allowReboot } = declared;
  const { k3sUnit } = await at.driverFacts(host, k3sDataDir);
  if (k3sUnit === "") await at.reboot(host, { reason });
  else if (node === undefined) {
    await at.reboot(host, { reason, allowWithLeases: allowReboot, leasesOn: async () => undefined });
  } else {
    const machine = { site: node.site, node: node.name, address: host };
    await at.restartNode(machine, { reason, allowed: allowReboot });
  }
}

function wanted({ branch, kernelModules, fabricManager }: DriverPlan): Observable {
  return {
    driver: `${branch} ${kernelModules}`,
    fabricManager: fabricManager ? "running" : "not needed",
    toolkit: "installed",
    visibleDevices: "allocated",
    cdi: "written",
    runtime: "known",
  };
}

function observe(facts: DriverFacts, plan: Pick<DriverPlan, "fabricManager">): Observable {
  const branch = branchOf(facts.loaded);
  const driver = branch === undefined ? "not running" : `${branch} ${facts.kernelModules}`;
  return {
    driver: rebootPending(facts) ? `${driver}, reboot pending` : driver,
    fabricManager: plan.fabricManager ? observeFabricManager(facts) : "not needed",
    toolkit: facts.toolkit === "" ? "missing" : "installed",
    visibleDevices: facts.allocatedOnly ? "allocated" : "named",
    cdi: facts.cdi ? "written" : "missing",
    runtime: facts.k3sRuntime || (!facts.k3sActive && facts.toolkit !== "") ? "known" : "unknown",
  };
}

function observeFabricManager({ fabricManager, fabricManagerActive, loaded }: DriverFacts): string {
  if (fabricManager === "") return "missing";
  if (fabricManager !== loaded) return `version ${fabricManager}`;
  return fabricManagerActive ? "running" : "stopped";
}

function versions({ loaded, toolkit }: DriverFacts): Pick<State, "driverVersion" | "toolkitVersion"> {
  return { driverVersion: loaded, toolkitVersion: toolkit };
}

function pick({ host, plan, node, k3sDataDir, allowReboot }: Declared): Declared {
  return { host, plan, ...(node === undefined ? {} : { node }), k3sDataDir, allowReboot };
}

function inputsOf(state: State): Declared & Observable {
  const { driver, fabricManager, toolkit, visibleDevices, cdi, runtime } = state;
  return { ...pick(state), driver, fabricManager, toolkit, visibleDevices, cdi, runtime };
}
