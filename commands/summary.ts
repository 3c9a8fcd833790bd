import { out as pc } from "../doctor/colours.ts";
import { labelled, wrapped } from "../doctor/text.ts";
import type { EngineEvent } from "./engineEvents.ts";
import type { Stack } from "./stack.ts";

/** Stack outputs as `index.ts` exports them; the engine hides secret ones. */
export interface SiteOutputs {
  readonly site: string;
  readonly owner: string;
  readonly hostUri: string;
  readonly network: { readonly chainId: string; readonly generation: string; readonly rpc: string };
  readonly registration: {
    readonly attributes: Readonly<Record<string, string>>;
    readonly txHash: string;
    readonly height: number;
  };
  readonly certificate: { readonly serial: string; readonly notAfter: string; readonly state: string };
  readonly dns: readonly {
    readonly name: string;
    readonly type: string;
    readonly value: string;
    /** Why it is not verified, of a record that a person makes. */
    readonly unverified?: string;
  }[];
  readonly gpu: {
    readonly allocatable: number;
    readonly models: readonly string[];
    /** GPUs that are there and not advertised, each with its cause. */
    readonly problems?: readonly string[];
  };
  /** Machines of a site that makes its own cluster. */
  readonly nodes?: readonly {
    readonly node: string;
    readonly host: string;
    readonly role: string;
    readonly k3s: string;
    readonly driver?: string;
  }[];
  readonly isolation: "private-and-shared" | "private";
  readonly endpoints: Readonly<Record<string, string>>;
  readonly balance: Readonly<Record<string, string>>;
}

/** A run of `up` that succeeded. */
interface FinishedRun {
  readonly stack: Stack;
  readonly outputs: SiteOutputs;
  readonly seconds: number;
  /** What the engine did, where that matters here. */
  readonly events?: readonly EngineEvent[];
}

/** What stands and what to do next, for somebody who is not a developer; 80 columns. */
export function describeSite({ stack, outputs, seconds, events = [] }: FinishedRun): string {
  const rows: [string, string][] = [
    ["Provider", outputs.owner],
    ["Answers at", outputs.hostUri],
    ["Registered", `on ${outputs.network.chainId}, block ${outputs.registration.height}`],
    ["Certificate", `${outputs.certificate.state} until ${outputs.certificate.notAfter.slice(0, 10)}`],
    ["Running", describeRunning(stack)],
    ...describeNodes(outputs.nodes),
    ["GPUs", describeGpus(outputs.gpu)],
    ["Isolation", ISOLATION[outputs.isolation]],
    ["Balance", describeBalance(outputs.balance)],
  ];
  return [
    "",
    `${pc.green("✓")} ${pc.bold(outputs.site)} is up (${seconds.toFixed(0)} s).`,
    "",
    ...labelled(rows),
    "",
    ...[...(outputs.gpu.problems ?? []), ...gpusToCome(stack, outputs.gpu, events)].map(
      (problem) => `${pc.yellow("!")} ${wrapped(problem, "  ").trimStart()}`,
    ),
    // No name server of the world knows the embedded site's domain.
    ...(stack.embedded ? SIMULATED : describeDns(outputs.dns)),
    "Next:",
    ...nextSteps(stack),
    "",
  ].join("\n");
}

/** What the engine waited for: workloads of the site that are rolled out. */
function describeRunning({ site }: Stack): string {
  const operators = ["hostname", "inventory", ...(site.provider.ipLeases === undefined ? [] : ["IP"])];
  return `provider; operators: ${operators.join(", ")}`;
}

/** A row for each machine, the first one named. */
function describeNodes(nodes: SiteOutputs["nodes"] = []): [string, string][] {
  return nodes.map(({ node, host, role, k3s, driver }, index) => [
    index === 0 ? "Nodes" : "",
    `${node}${host === node ? "" : ` (${host})`}, ${role}, K3s ${k3s}${driver === undefined ? "" : `, driver ${driver}`}`,
  ]);
}

/** What leases cannot reach; the provider by itself sees to the private networks only. */
const ISOLATION = {
  "private-and-shared": "leases reach no private network, nor 100.64.0.0/10",
  private:
    "leases reach no private network, but may reach 100.64.0.0/10, which Tailscale and some internet providers use for theirs; with Kubernetes 1.36 they no longer do",
} as const;

function describeGpus({ allocatable, models }: SiteOutputs["gpu"]): string {
  return allocatable === 0 ? "none" : `${allocatable} × ${models.join(", ")}`;
}

/** On somebody else's cluster the nodes are read before the run installs what finds and offers their GPUs. */
function gpusToCome(
  { site, name }: Stack,
  { models }: SiteOutputs["gpu"],
  events: readonly EngineEvent[],
): string[] {
  if (site.nodes !== undefined || !events.some(installsGpuOperator)) return [];
  const priced = Object.keys(site.pricing.gpu).map((key) => key.replace(/\..*$/, ""));
  const missing = [...new Set(priced)].filter((model) => !models.includes(model));
  if (missing.length === 0) return [];
  return [
    `The nodes were read before this run installed the GPU operator, so these GPUs are not advertised yet: ${missing.join(", ")}. Run \`npm run up -- -s ${name}\` again in a few minutes.`,
  ];
}

function installsGpuOperator({ resOutputsEvent }: EngineEvent): boolean {
  const { op, type, urn } = resOutputsEvent?.metadata ?? {};
  return op === "create" && type === "kubernetes:helm.sh/v3:Release" && /-gpu-operator$/.test(urn ?? "");
}

function describeBalance(balance: SiteOutputs["balance"]): string {
  const akt = Number(balance["uakt"] ?? "0") / 1_000_000;
  return `${akt.toLocaleString("en", { maximumFractionDigits: 2 })} AKT`;
}

/** The records that are still to be made by hand; each in one line, to be copied. */
function describeDns(records: SiteOutputs["dns"]): string[] {
  const missing = records.filter(({ unverified }) => unverified !== undefined);
  if (missing.length === 0) return [];
  return [
    "DNS records to make at your DNS host:",
    ...missing.flatMap(({ name, type, value, unverified }) => [
      `  ${name}  ${type}  ${value}`,
      `    (${unverified})`,
    ]),
    "",
  ];
}

const SIMULATED = [
  "This is the embedded site. Real: the Kubernetes API, the chain, the wallet, the",
  "registration, the certificate. Simulated: the two machines and their GPU, so no",
  "container really runs, and the AKT, which is worth nothing.",
  "",
];

function nextSteps({ embedded, name }: Stack): string[] {
  const flag = embedded ? "" : ` -- -s ${name}`;
  const steps: [string, string][] = [
    [`npm run doctor${flag}`, "is everything well, and what to do"],
    [`npm run status${flag}`, "leases, earnings, orders"],
    [`npm run drift${flag}`, "what differs from the declaration"],
    [`npm run outputs${flag}`, "everything above as JSON"],
    [`npm run down${flag}`, "take it down again"],
  ];
  if (embedded) steps.unshift(["npm run init", "describe a real site"]);
  const width = Math.max(...steps.map(([command]) => command.length));
  return steps.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`);
}
