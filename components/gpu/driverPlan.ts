import { branchOf, type DriverFacts, devicesOf } from "./driverFacts.ts";
import { GpuDriverRefused } from "./errors.ts";
import { type DriverNeeds, driverNeeds, generationOf, needsFabricManager } from "./generations.ts";
import { type AptRepository, driverPackages } from "./packages.ts";

export interface DriverChoice {
  /** Driver branch to install where none is there; default 580, NVIDIA's long-term branch for every generation. */
  readonly branch?: number;
  /** Where packages come from: `add` their publishers' repositories, or what the machine has `present`. Default `add`. */
  readonly repositories?: "add" | "present";
}

/** What a machine's GPUs need. */
export interface DriverPlan {
  /** `adopt`: a driver that fits is there already; `install`: it is to be installed. */
  readonly action: "adopt" | "install";
  readonly branch: number;
  readonly kernelModules: "open" | "proprietary";
  readonly fabricManager: boolean;
  /** Packages of the driver; empty when one is adopted. */
  readonly driverPackages: readonly string[];
  /** Package of the Fabric Manager, installed in the version of the driver; "" where none is needed. */
  readonly fabricManagerPackage: string;
  readonly repositories: readonly AptRepository[];
}

const defaultBranch = 580;

/**
 * What to do for the NVIDIA GPUs of a machine; undefined for a machine without. A driver that fits its GPUs is
 * adopted in whatever way it was installed.
 *
 * @param machine for error texts
 * @throws GpuDriverRefused with what stands in the way
 */
export function planDriver(
  machine: string,
  facts: DriverFacts,
  choice: DriverChoice = {},
): DriverPlan | undefined {
  const nvidia = devicesOf(facts).filter(({ vendor }) => vendor === "10de");
  const cards = nvidia.filter(({ deviceClass }) => deviceClass.startsWith("03"));
  if (cards.length === 0) return undefined;
  const needs = needsOf(
    machine,
    cards.map(({ device }) => device),
  );
  const fabricManager = needsFabricManager(nvidia.map(({ device }) => device));
  const { branch = defaultBranch } = choice;
  const present = branchOf(facts.loaded === "" ? facts.installed : facts.loaded);
  if (present !== undefined && facts.kernelModules !== "" && fits(needs, present, facts.kernelModules)) {
    return complete(machine, facts, choice, {
      action: "adopt",
      branch: present,
      kernelModules: facts.kernelModules,
      fabricManager,
    });
  }
  const kernelModules = needs.kernelModules === "proprietary" ? "proprietary" : "open";
  if (!fits(needs, branch, kernelModules)) {
    throw new GpuDriverRefused(
      `${machine}: driver branch ${branch} does not fit its GPUs, which need ${describeNeeds(needs)}. Leave \`gpu.driver.branch\` out, or name a branch that does.`,
    );
  }
  if (facts.runfile) {
    throw new GpuDriverRefused(
      `${machine}: the NVIDIA driver ${facts.installed || facts.loaded} does not fit its GPUs, which need ${describeNeeds(needs)}, and came from NVIDIA's own installer. Remove it with \`nvidia-uninstall\`, start the machine anew and run again.`,
    );
  }
  return complete(machine, facts, choice, { action: "install", branch, kernelModules, fabricManager });
}

type Essentials = Pick<DriverPlan, "action" | "branch" | "fabricManager" | "kernelModules">;

function complete(
  machine: string,
  facts: DriverFacts,
  { repositories = "add" }: DriverChoice,
  plan: Essentials,
): DriverPlan {
  const packages = driverPackages(machine, facts, plan);
  const install = plan.action === "install";
  return {
    ...plan,
    driverPackages: install ? packages.driver : [],
    fabricManagerPackage: plan.fabricManager ? packages.fabricManager : "",
    repositories: repositories === "present" ? [] : packages.repositories,
  };
}

/** What all cards of a machine need together. */
function needsOf(machine: string, deviceIds: readonly string[]): DriverNeeds {
  const all = deviceIds.map((id) => {
    const generation = generationOf(id);
    if (generation !== undefined) return driverNeeds[generation];
    throw new GpuDriverRefused(
      `${machine}: the GPU with PCI id 10de:${id} is older than any generation that today's drivers support. Give the machine \`gpu: none\`.`,
    );
  });
  const flavours = new Set(all.map(({ kernelModules }) => kernelModules));
  if (flavours.has("open") && flavours.has("proprietary")) {
    throw new GpuDriverRefused(
      `${machine} holds GPUs that no one driver runs: some need open kernel modules, others proprietary ones. Move the cards to different machines.`,
    );
  }
  const lasts = all.flatMap(({ lastBranch }) => lastBranch ?? []);
  return {
    kernelModules: flavours.has("open") ? "open" : flavours.has("proprietary") ? "proprietary" : "either",
    minimumBranch: Math.max(...all.map(({ minimumBranch }) => minimumBranch)),
    ...(lasts.length === 0 ? {} : { lastBranch: Math.min(...lasts) }),
  };
}

function fits(needs: DriverNeeds, branch: number, flavour: "open" | "proprietary"): boolean {
  const { kernelModules, minimumBranch, lastBranch = Number.POSITIVE_INFINITY } = needs;
  const right = kernelModules === "either" || kernelModules === flavour;
  return right && branch >= minimumBranch && branch <= lastBranch;
}

function describeNeeds({ kernelModules, minimumBranch, lastBranch }: DriverNeeds): string {
  const modules = kernelModules === "either" ? "" : ` with ${kernelModules} kernel modules`;
  const upper = lastBranch === undefined ? "" : ` and at most ${lastBranch}`;
  return `branch ${minimumBranch} or newer${upper}${modules}`;
}
