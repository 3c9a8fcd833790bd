import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type Cluster, type ClusterAccess, openCluster } from "../cluster/index.ts";
import type { Implementation } from "../dynamic/index.ts";
import type { HostAddress } from "../hosts/types.ts";
import { type ExplainedGap, explainGap, type GapEvidence } from "./causes.ts";
import { commonModels } from "./commonModels.ts";
import { DAEMON_SETS, type DaemonSetView, devicePlugins, OPERATOR_NAMESPACE } from "./devicePlugins.ts";
import { GpuNotReady } from "./errors.ts";
import { describeGpus, type ExpectedGpus, type GpuVerdict, verifyGpus } from "./gate.ts";
import { driverFacts } from "./machine.ts";
import type { GpuDatabase, GpuDevice, NodeView } from "./types.ts";

interface Declared {
  readonly cluster: ClusterAccess;
  /** GPUs on the buses, by node. */
  readonly expected: readonly ExpectedGpus[];
  /** Machines of the nodes, asked for the cause of a gap. */
  readonly hosts: Readonly<Record<string, HostAddress>>;
  readonly k3sDataDir: string;
  readonly waitSeconds: number;
}

/** `gpus` and `devices` are derived by `check`; what is found takes their place where it is less. */
interface State extends Declared {
  /** What each node offers, in words: the field that shows drift. */
  readonly gpus: Readonly<Record<string, string>>;
  readonly devices: readonly GpuDevice[];
  readonly problems: readonly string[];
}

/** What the gate asks of the world; tests put their own there. */
export interface GateWorld {
  openCluster(access: ClusterAccess): Promise<Pick<Cluster, "get">>;
  driverFacts: typeof driverFacts;
  pause(milliseconds: number): Promise<unknown>;
}

const world: GateWorld = { openCluster, driverFacts, pause: (ms) => sleep(ms) };
const pauseMs = 5000;

/** Compares what the cluster offers with what is on the buses, and lets only that be advertised which agrees. */
export function handler(at: GateWorld = world): Implementation {
  return {
    check: async (_olds: unknown, news: Declared) => ({ inputs: { ...pick(news), ...derive(news) } }),
    diff: async (_id: string, olds: State, news: State) => {
      const fields = ["cluster", "expected", "hosts", "k3sDataDir", "gpus"] as const;
      return { changes: fields.some((field) => !isDeepStrictEqual(olds[field], news[field])) };
    },
    create: async (inputs: Declared) => {
      const { outs, gaps } = await settle(at, inputs);
      // Nothing is registered yet, so nothing needs taking back: end here, by name.
      if (gaps.length > 0) throw new GpuNotReady(gaps.map(({ message }) => message).join("\n"));
      return { id: "gpus", outs };
    },
    update: async (_id: string, _olds: State, news: Declared) => ({ outs: (await settle(at, news)).outs }),
    read: async (id: string, state: State) => {
      const verdicts = await look(await at.openCluster(state.cluster), state.expected);
      const observed = { ...pick(state), gpus: found(verdicts), devices: verified(verdicts) };
      // The cause was named when the gap was met; without a gap there is none.
      const problems = verdicts.some(({ gap }) => gap !== undefined) ? (state.problems ?? []) : [];
      return { id, props: { ...observed, problems }, inputs: observed };
    },
    delete: async () => {},
  };
}

/** Waits while waiting may help, then takes what agrees. */
async function settle(at: GateWorld, declared: Declared): Promise<{ outs: State; gaps: ExplainedGap[] }> {
  const cluster = await at.openCluster(declared.cluster);
  const patience = Math.ceil((declared.waitSeconds * 1000) / pauseMs);
  for (let attempt = 0; ; attempt++) {
    const verdicts = await look(cluster, declared.expected);
    const gaps = await explain(at, cluster, declared, verdicts);
    if (gaps.some(({ pending }) => pending) && attempt < patience) {
      await at.pause(pauseMs);
      continue;
    }
    const problems = gaps.map(({ message }) => message);
    return {
      outs: { ...pick(declared), gpus: found(verdicts), devices: verified(verdicts), problems },
      gaps,
    };
  }
}

async function look(cluster: Pick<Cluster, "get">, expected: readonly ExpectedGpus[]): Promise<GpuVerdict[]> {
  if (expected.length === 0) return [];
  const list = await cluster.get<{ readonly items: readonly NodeView[] }>("/api/v1/nodes");
  return verifyGpus(expected, list?.items ?? [], databaseOf(expected));
}

/** The models expected are known by now, whichever database they came from. */
function databaseOf(expected: readonly ExpectedGpus[]): GpuDatabase {
  const extra = expected.map(
    ({ node: _node, count: _count, ...model }, index) => [`expected:${index}`, model] as const,
  );
  return new Map([...commonModels, ...extra]);
}

async function explain(
  at: GateWorld,
  cluster: Pick<Cluster, "get">,
  { hosts, k3sDataDir }: Declared,
  verdicts: readonly GpuVerdict[],
): Promise<ExplainedGap[]> {
  const short = verdicts.filter(({ gap }) => gap !== undefined);
  if (short.length === 0) return [];
  const [runtimeClass, devicePlugin] = await Promise.all([
    cluster.get("/apis/node.k8s.io/v1/runtimeclasses/nvidia").then((found) => found !== undefined),
    hasDevicePlugin(cluster),
  ]);
  const known = { runtimeClass, devicePlugin };
  const explained = await Promise.all(
    short.map(async (verdict) => {
      const address = hosts[verdict.expected.node];
      const evidence: GapEvidence =
        address === undefined
          ? known
          : await at.driverFacts(address, k3sDataDir).then(
              (facts) => ({ ...known, facts }),
              (error: Error) => ({ ...known, unreachable: error.message }),
            );
      return explainGap(verdict, evidence);
    }),
  );
  return explained.filter((gap) => gap !== undefined);
}

/** A device plugin of NVIDIA's, by whomever it was installed, or the GPU operator, which starts one in a while. */
async function hasDevicePlugin(cluster: Pick<Cluster, "get">): Promise<boolean> {
  const [operator, list] = await Promise.all([
    cluster.get(`/api/v1/namespaces/${OPERATOR_NAMESPACE}`),
    cluster.get<{ readonly items?: readonly DaemonSetView[] }>(DAEMON_SETS),
  ]);
  if (operator !== undefined) return true;
  return devicePlugins(list?.items ?? []).length > 0;
}

function derive({ expected }: Declared): Pick<State, "devices" | "gpus"> {
  return {
    gpus: Object.fromEntries(expected.map((item) => [item.node, describeGpus(item.count, item)])),
    devices: expected.map(({ count, ...model }) => ({ ...model, present: count, allocatable: count })),
  };
}

function found(verdicts: readonly GpuVerdict[]): Record<string, string> {
  return Object.fromEntries(
    verdicts.map((verdict) => [
      verdict.expected.node,
      // In the words of the declaration where they agree: a label may say less than the database.
      verdict.gap === undefined ? describeGpus(verdict.expected.count, verdict.expected) : verdict.found,
    ]),
  );
}

function verified(verdicts: readonly GpuVerdict[]): GpuDevice[] {
  return verdicts.flatMap(({ device }) => device ?? []);
}

function pick({ cluster, expected, hosts, k3sDataDir, waitSeconds }: Declared): Declared {
  return { cluster, expected, hosts, k3sDataDir, waitSeconds };
}
