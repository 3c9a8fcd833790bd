import { type BusGpu, gpusOnBus, type PciDevice } from "./bus.ts";
import type { ExpectedGpus } from "./gate.ts";
import type { GpuDatabase, GpuProblem } from "./types.ts";

/** What is to become of a machine's GPUs: `none` leaves them alone, `nvidia` fails where there is none. */
export type GpuIntent = "auto" | "none" | "nvidia";

export interface MachineGpus {
  /** Name of its Kubernetes node. */
  readonly node: string;
  readonly devices: readonly PciDevice[];
  readonly intent: GpuIntent;
}

export interface ExpectedOfMachines {
  readonly expected: readonly ExpectedGpus[];
  /** Cards that will not be offered, and why. */
  readonly problems: readonly GpuProblem[];
}

const databaseRepository = "github.com/akash-network/provider-configs";

function inspect({ node, devices, intent }: MachineGpus, database: GpuDatabase): ExpectedOfMachines {
  const none = (kind: GpuProblem["kind"], message: string): ExpectedOfMachines => ({
    expected: [],
    problems: [{ kind, node, message }],
  });
  if (intent === "none") return { expected: [], problems: [] };
  const gpus = gpusOnBus(devices, database);
  const [first] = gpus;
  if (first === undefined) {
    if (intent === "auto") return { expected: [], problems: [] };
    return none(
      "not-found",
      `${node} is declared with \`gpu: nvidia\` and shows no NVIDIA GPU on its bus. Look at \`lspci -nn\`, seating and passthrough, or write \`gpu: auto\`.`,
    );
  }
  const unknown = gpus.find(({ model }) => model === undefined);
  if (unknown !== undefined) {
    return none(
      "unknown-pci-id",
      `${node} has a GPU with PCI id ${unknown.id} that the network's GPU database does not list; it is not advertised. Submit it to ${databaseRepository}, or write \`gpu: none\`.`,
    );
  }
  const kinds = [...new Set(gpus.map(kindOf))];
  if (kinds.length > 1) {
    return none(
      "mixed-models",
      `${node} mixes ${kinds.join(" and ")}; the network expects one model on a node and may place an order on the wrong card. Move the cards to different machines, or write \`gpu: none\`.`,
    );
  }
  const { vendor, model = "", ...rest } = first.model ?? { vendor: first.vendor };
  if (vendor !== "nvidia") {
    return none(
      "other-vendor",
      `${node} has ${kinds.join("")} of ${vendor.toUpperCase()}, for which neither driver nor device plugin is installed here; it is not advertised. Write \`gpu: none\` to say that this is meant.`,
    );
  }
  return { expected: [{ node, vendor, model, ...rest, count: gpus.length }], problems: [] };
}

function kindOf({ id, model }: BusGpu): string {
  return [model?.model ?? id, model?.memory, model?.interface].filter((part) => part !== undefined).join(" ");
}

/** The GPUs that machines have on their buses, in the network's terms; those that cannot be offered by name. */
export function expectedGpus(machines: readonly MachineGpus[], database: GpuDatabase): ExpectedOfMachines {
  const all = machines.map((machine) => inspect(machine, database));
  return {
    expected: all.flatMap(({ expected }) => expected),
    problems: all.flatMap(({ problems }) => problems),
  };
}
