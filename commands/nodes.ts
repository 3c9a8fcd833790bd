import { planPreparation, UNPREPARED } from "../components/hosts/preparation/plan.ts";
import type { Preparation } from "../components/hosts/preparation/types.ts";
import type { SiteConfig } from "../components/site/config.ts";
import { nodesDeclaration } from "../components/site/nodes.ts";
import type { ObservedSite } from "../components/site/observe.ts";
import { out } from "../doctor/colours.ts";
import { confirmed } from "./confirm.ts";
import type { EngineEvent, StepMetadata } from "./engineEvents.ts";
import { StackError } from "./stack.ts";

/**
 * Shows the keys of machines that were never seen before and pins what the person confirms. Says nothing where all
 * are known, or nobody is there to ask: connecting then ends by name, with what to write into the file.
 */
export async function confirmHostKeys(site: SiteConfig): Promise<void> {
  const { nodes } = site;
  if (nodes === undefined || !process.stdin.isTTY) return;
  const [{ addressOf }, { pinHostKeys, unknownHostKeys }] = await Promise.all([
    import("../components/nodes/machines.ts"),
    import("../components/hosts/index.ts"),
  ]);
  // A machine behind a bastion shows its key once the bastion's is pinned.
  for (;;) {
    const unknown = await unknownHostKeys(nodes.map(addressOf));
    if (unknown.length === 0) return;
    process.stderr.write("These machines have not been seen before:\n");
    for (const { host, keyType, fingerprint } of unknown) {
      process.stderr.write(`  ${host}  ${keyType}  ${fingerprint}\n`);
    }
    const same = await confirmed(
      "Do the machines show the same with `ssh-keygen -lf` on /etc/ssh/ssh_host_*_key.pub?",
    );
    if (!same)
      throw new StackError(
        "Nothing was changed. Add the right `hostKey` to each machine in the site's file.",
      );
    await pinHostKeys(unknown);
  }
}

/**
 * Checks the machines of a site before anything is changed and says what works but not as it should.
 *
 * @throws HostsUnfit with every problem of every machine
 */
export async function checkMachines(
  site: SiteConfig,
  { nodes }: ObservedSite,
  say: (line: string) => void,
): Promise<void> {
  const declaration = nodesDeclaration(site);
  if (declaration === undefined || nodes === undefined) return;
  const { checkNodes } = await import("../components/nodes/preflight.ts");
  for (const line of checkNodes(declaration, nodes)) say(line);
}

/** What will be done on one machine. */
export interface MachineSteps {
  /** Name of the node. */
  readonly node: string;
  readonly host: string;
  readonly steps: readonly string[];
}

type Inputs = Readonly<Record<string, unknown>>;
type Describe = (before: Inputs | undefined, after: Inputs | undefined) => readonly string[];

function differs(before: Inputs | undefined, after: Inputs, field: string): boolean {
  return JSON.stringify(before?.[field]) !== JSON.stringify(after[field]);
}

const preparation: Describe = (before, after) => {
  if (after === undefined) return ["take back its preparation; packages stay"];
  const found = (before as unknown as Preparation | undefined) ?? UNPREPARED;
  return planPreparation(found, after as unknown as Preparation).map(({ words }) => words);
};

const DRIVER: Readonly<Record<string, (after: Inputs) => string>> = {
  driver: (after) => `bring the NVIDIA driver to ${String(after["driver"])} kernel modules`,
  fabricManager: () => "install and start the Fabric Manager",
  toolkit: () => "install NVIDIA's container toolkit",
  cdi: () => "write the CDI specification",
  runtime: () => "let K3s find the NVIDIA runtime",
};

const driver: Describe = (before, after) => {
  if (after === undefined) return ["leave the NVIDIA driver where it is"];
  const adopted = Reflect.get(Object(after["plan"]), "action") === "adopt" && before === undefined;
  return Object.entries(DRIVER).flatMap(([field, words]) => {
    if (!differs(before, after, field) || after[field] === "not needed") return [];
    return [field === "driver" && adopted ? `adopt the NVIDIA driver ${String(after[field])}` : words(after)];
  });
};

const commands: Describe = (_before, after) => {
  if (after === undefined) return [];
  const { commands: own = [] } = JSON.parse(String(after["stdin"] ?? "{}")) as { commands?: string[] };
  return own.map((command) => `run your command: ${command}`);
};

/** The machine that a step's inputs are about. */
function hostOf(inputs: Inputs): string | undefined {
  const { address, host, stdin } = inputs;
  const given = address ?? host ?? (JSON.parse(String(stdin ?? "{}")) as Inputs)["address"];
  const name = typeof given === "object" && given !== null ? Reflect.get(given, "host") : undefined;
  return typeof name === "string" ? name : undefined;
}

/** Name of the resource's node: the part of its name after that of the component. */
function nodeOf(urn: string, inputs: Inputs): string {
  if (typeof inputs["node"] === "string") return inputs["node"];
  const name = urn.split("::").at(-1) ?? "";
  return name.replace(/^.*?-nodes-/, "").replace(/-(prepared|before|after|gpu)$/, "");
}

async function describers(): Promise<Readonly<Record<string, Describe>>> {
  const { stepsOfCreate, stepsOfDelete, stepsOfUpdate } = await import("../components/k3s/steps.ts");
  type Node = Parameters<typeof stepsOfCreate>[0];
  const k3s: Describe = (before, after) => {
    if (after === undefined) return before === undefined ? [] : stepsOfDelete(before as unknown as Node);
    const next = after as unknown as Node;
    return before === undefined ? stepsOfCreate(next) : stepsOfUpdate(before as unknown as Node, next);
  };
  return {
    "pulumi-nodejs:dynamic/hosts:HostPreparation": preparation,
    "pulumi-nodejs:dynamic/gpu:GpuDriver": driver,
    "pulumi-nodejs:dynamic/k3s:K3sNode": k3s,
    "command:local:Command": commands,
  };
}

/** A resource that is replaced shows as several steps; what is done is in the one of the whole. */
const WHOLE = new Set(["create", "update", "delete", "replace"]);

/**
 * What a preview's steps will do, machine by machine and in order. A machine that is not in it is not touched.
 *
 * @param events of `preview`
 */
export async function machineSteps(events: readonly EngineEvent[]): Promise<MachineSteps[]> {
  const steps = events.flatMap((event) => event.resourcePreEvent?.metadata ?? []);
  const ours = steps.filter(
    ({ type, op }) => WHOLE.has(op) && /(:K3sNode|:HostPreparation|:GpuDriver|local:Command)$/.test(type),
  );
  if (ours.length === 0) return [];
  const describe = await describers();
  const byNode = new Map<string, { host: string; steps: string[] }>();
  for (const step of ours) {
    const { before, after } = stateOf(step);
    const inputs = after ?? before;
    const host = inputs === undefined ? undefined : hostOf(inputs);
    if (inputs === undefined || host === undefined) continue;
    const node = nodeOf(step.urn, inputs);
    const entry = byNode.get(node) ?? { host, steps: [] };
    byNode.set(node, entry);
    entry.steps.push(...(describe[step.type]?.(before, after) ?? []));
  }
  return [...byNode].flatMap(([node, entry]) => (entry.steps.length === 0 ? [] : [{ node, ...entry }]));
}

function stateOf({ op, old, new: next }: StepMetadata): { before?: Inputs; after?: Inputs } {
  const before = op === "create" ? undefined : (old?.inputs ?? undefined);
  const after = op === "delete" ? undefined : (next?.inputs ?? undefined);
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

/**
 * Those steps for a person; "" where no machine is touched.
 *
 * @param colours of the stream that it is written to; default standard output's
 */
export function describeMachines(machines: readonly MachineSteps[], colours = out): string {
  if (machines.length === 0) return "";
  const lines = machines.flatMap(({ node, host, steps }) => [
    `  ${colours.bold(node)}${host === node ? "" : ` (${host})`}`,
    ...steps.map((step) => `    - ${step}`),
  ]);
  return `${["On the machines:", ...lines, "No other machine is touched."].join("\n")}\n`;
}
