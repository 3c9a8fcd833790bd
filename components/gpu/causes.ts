import { branchOf, type DriverFacts, devicesOf, rebootPending } from "./driverFacts.ts";
import { describeGpus, type GpuVerdict } from "./gate.ts";
import { needsFabricManager } from "./generations.ts";

/** Why a GPU that is there cannot be had. */
export type GapCause =
  | "host-unreachable"
  | "card-dropped"
  | "driver-missing"
  | "driver-not-loaded"
  | "reboot-pending"
  | "fabric-manager-down"
  | "toolkit-missing"
  | "docker-only"
  | "toolkit-after-k3s"
  | "runtime-class-missing"
  | "node-missing"
  | "wrong-model"
  | "surplus"
  | "plugin-missing"
  | "plugin-pending"
  | "labels-pending";

export interface ExplainedGap {
  readonly node: string;
  readonly cause: GapCause;
  /** What is wrong, where, and what to do next. */
  readonly message: string;
  /** Whether waiting may help: something is still starting. */
  readonly pending: boolean;
}

/** What is known besides the nodes. */
export interface GapEvidence {
  /** State of the machine; undefined where it was not asked or did not answer. */
  readonly facts?: DriverFacts;
  /** Why the machine did not answer. */
  readonly unreachable?: string;
  /** Whether the cluster has the RuntimeClass `nvidia`. */
  readonly runtimeClass: boolean;
  /** Whether the cluster has a device plugin of NVIDIA's, or an operator that starts one. Default: true. */
  readonly devicePlugin?: boolean;
}

type Explanation = readonly [GapCause, string];

/** The chain from card to pod, in its order: the first link that is broken is the cause. */
function brokenLink({ expected, gap }: GpuVerdict, evidence: GapEvidence): Explanation | undefined {
  const { facts, unreachable, runtimeClass, devicePlugin = true } = evidence;
  if (unreachable !== undefined) {
    return ["host-unreachable", `the machine does not answer: ${unreachable}`];
  }
  if (facts !== undefined) {
    const broken = expected.vendor === "nvidia" ? brokenOnMachine(facts) : undefined;
    if (broken !== undefined) return broken;
    const shown = devicesOf(facts).filter(({ deviceClass }) => deviceClass.startsWith("03")).length;
    if (shown < expected.count) {
      return [
        "card-dropped",
        `only ${shown} of its ${expected.count} GPUs show on the bus now. Look at \`dmesg\` for Xid errors, at power and seating`,
      ];
    }
  }
  if (gap === "no-node") {
    return ["node-missing", "it is no node of the cluster. Look at `journalctl -u k3s-agent` on the machine"];
  }
  if (expected.vendor === "nvidia" && !runtimeClass) {
    return [
      "runtime-class-missing",
      "the cluster has no RuntimeClass nvidia, which every lease with a GPU names. Run `up` again, which writes it, or look at the pods of namespace gpu-operator where the GPU operator does",
    ];
  }
  if (expected.vendor === "nvidia" && gap === "not-allocatable" && !devicePlugin) {
    return [
      "plugin-missing",
      "the cluster has neither NVIDIA's device plugin nor the GPU operator that starts it. Leave `gpu.operator` out of the site's file and run `up`, or install the plugin yourself",
    ];
  }
  return undefined;
}

function brokenOnMachine(facts: DriverFacts): Explanation | undefined {
  const { loaded, installed, toolkit, k3sRuntime, k3sUnit, docker, fabricManager, fabricManagerActive } =
    facts;
  if (loaded === "" && installed === "") {
    return [
      "driver-missing",
      "no NVIDIA driver is installed. Install one, or leave `gpu: auto` at the machine and `gpu.driver.by` out and run `up`, which does",
    ];
  }
  if (loaded === "") {
    const why = facts.secureBoot ? " Secure Boot is on and refuses modules that are not signed." : "";
    return [
      "driver-not-loaded",
      `the NVIDIA driver ${installed} is installed and not loaded.${why} Start the machine anew, then look at \`dmesg | grep -i nvidia\``,
    ];
  }
  if (rebootPending(facts)) {
    return [
      "reboot-pending",
      `driver ${loaded} runs and ${installed} is installed: they do not work together. Start the machine anew`,
    ];
  }
  const switched = needsFabricManager(devicesOf(facts).map(({ device }) => device));
  if (switched && (!fabricManagerActive || branchOf(fabricManager) !== branchOf(loaded))) {
    return [
      "fabric-manager-down",
      `its NVSwitches need the Fabric Manager in version ${loaded}; ${fabricManager === "" ? "it is not installed" : `${fabricManager} is ${fabricManagerActive ? "running" : "stopped"}`}. Run \`up\`, which installs it`,
    ];
  }
  if (toolkit === "") {
    return [
      "toolkit-missing",
      "NVIDIA's container toolkit is not installed. Install it, or leave `gpu.driver.by` out and run `up`, which does",
    ];
  }
  if (k3sUnit !== "" && !k3sRuntime) {
    return docker
      ? [
          "docker-only",
          `NVIDIA's container toolkit is set up for Docker only; K3s has a containerd of its own. Run \`systemctl restart ${k3sUnit}\`, at which it finds the runtime`,
        ]
      : [
          "toolkit-after-k3s",
          `NVIDIA's container toolkit came after K3s had started, which looks for it only then. Run \`systemctl restart ${k3sUnit}\``,
        ];
  }
  return undefined;
}

/** What is left when every link holds: the cluster's own software has not got there. */
function unfinished({ expected, gap, found }: GpuVerdict): Explanation {
  switch (gap) {
    case "unlabelled":
      return [
        "labels-pending",
        "no label says yet which model it is. Wait for the inventory operator or feature discovery",
      ];
    case "other-model":
      return [
        "wrong-model",
        `the cluster shows ${found} there. Move the cards so that a node has one model, or remove the labels that are wrong`,
      ];
    case "more-allocatable":
      return [
        "surplus",
        `the cluster offers ${found}. A device plugin that shares cards must be set to count each once`,
      ];
    case "fewer-allocatable":
      return [
        "card-dropped",
        `the cluster offers ${found}. Look at \`nvidia-smi\` on the machine for a card that has dropped out`,
      ];
    default:
      return [
        "plugin-pending",
        `the device plugin does not offer it yet. Look at the pods of namespace gpu-operator on ${expected.node}`,
      ];
  }
}

const waitingHelps: ReadonlySet<GapCause> = new Set([
  "card-dropped",
  "labels-pending",
  "node-missing",
  "plugin-pending",
  "runtime-class-missing",
]);

/** Names the cause of a gap; undefined for a verdict without one. */
export function explainGap(verdict: GpuVerdict, evidence: GapEvidence): ExplainedGap | undefined {
  if (verdict.gap === undefined) return undefined;
  const { node, count } = verdict.expected;
  const [cause, what] = brokenLink(verdict, evidence) ?? unfinished(verdict);
  const message = `${node} has ${describeGpus(count, verdict.expected)}, not advertised: ${what}.`;
  return { node, cause, message, pending: waitingHelps.has(cause) };
}
