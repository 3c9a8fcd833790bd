import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type Cluster, type ClusterAccess, openCluster } from "../cluster/index.ts";
import type { Implementation } from "../dynamic/index.ts";
import { volumeCheckObjects } from "./volumeObjects.ts";

/** A class of storage gave no volume that could be mounted and written. */
export class VolumeUnusable extends Error {
  override readonly name = "VolumeUnusable";
}

interface State {
  readonly cluster: ClusterAccess;
  readonly classes: readonly string[];
  readonly namespace: string;
  readonly image: string;
  readonly waitSeconds: number;
  /** Changes when the storage behind the classes does, so that it is tried again. */
  readonly backing: string;
}

/** What the check asks of the world; tests put their own there. */
export interface VolumeWorld {
  openCluster(access: ClusterAccess): Promise<Pick<Cluster, "get" | "request">>;
  pause(milliseconds: number): Promise<unknown>;
}

const world: VolumeWorld = { openCluster, pause: (ms) => sleep(ms) };
const pauseMs = 3000;

/** Mounts a volume of each class once, writes and reads it, and takes it away again. */
export function handler(at: VolumeWorld = world): Implementation {
  return {
    check: async (_olds: unknown, news: State) => ({ inputs: pick(news) }),
    diff: async (_id: string, olds: State, news: State) => ({
      changes: !isDeepStrictEqual([olds.classes, olds.backing], [news.classes, news.backing]),
    }),
    create: async (inputs: State) => ({ id: inputs.classes.join(","), outs: await tryAll(at, inputs) }),
    update: async (_id: string, _olds: State, news: State) => ({ outs: await tryAll(at, news) }),
    // A trial leaves nothing that could be read back.
    read: async (id: string, state: State) => ({ id, props: state, inputs: pick(state) }),
    delete: async () => {},
  };
}

async function tryAll(at: VolumeWorld, inputs: State): Promise<State> {
  const cluster = await at.openCluster(inputs.cluster);
  for (const name of inputs.classes) await tryClass(at, cluster, name, inputs);
  return pick(inputs);
}

interface JobStatus {
  readonly status?: { readonly succeeded?: number; readonly failed?: number };
}

interface ClaimStatus {
  readonly status?: { readonly phase?: string };
}

async function tryClass(
  at: VolumeWorld,
  cluster: Pick<Cluster, "get" | "request">,
  storageClass: string,
  { namespace, image, waitSeconds }: State,
): Promise<void> {
  const { name, claim, job } = volumeCheckObjects(storageClass, namespace, image);
  const claims = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const remove = async () => {
    await cluster.request("DELETE", `${jobs}/${name}?propagationPolicy=Foreground`);
    await cluster.request("DELETE", `${claims}/${name}`);
  };
  const gone = async () =>
    (await cluster.get(`${jobs}/${name}`)) === undefined &&
    (await cluster.get(`${claims}/${name}`)) === undefined;
  // What a run left that was killed here is not taken for the answer of this one.
  await remove();
  await waitUntil(at, gone, waitSeconds);
  try {
    await cluster.request("POST", claims, claim);
    await cluster.request("POST", jobs, job);
    const ended = await waitUntil(
      at,
      async () => {
        const { status } = (await cluster.get<JobStatus>(`${jobs}/${name}`)) ?? {};
        return (status?.succeeded ?? 0) > 0 || (status?.failed ?? 0) > 2 ? status : undefined;
      },
      waitSeconds,
    );
    if ((ended?.succeeded ?? 0) > 0) return;
    const phase = (await cluster.get<ClaimStatus>(`${claims}/${name}`))?.status?.phase ?? "missing";
    throw new VolumeUnusable(
      phase === "Bound"
        ? `A volume of class ${storageClass} was made but could not be mounted and written within ${waitSeconds} s. Look at \`kubectl -n ${namespace} describe job ${name}\` with \`kubectl get events\`, and at the pods of the storage driver.`
        : `The class ${storageClass} made no volume within ${waitSeconds} s (the claim is ${phase}). Look at \`kubectl get events -n ${namespace}\` and, for Ceph, at \`kubectl -n rook-ceph get cephcluster\`.`,
    );
  } finally {
    await remove();
  }
}

/** The first answer that is not false or undefined; undefined when the time is over. */
async function waitUntil<T>(
  at: VolumeWorld,
  ask: () => Promise<T | false | undefined>,
  seconds: number,
): Promise<T | undefined> {
  const attempts = Math.max(1, Math.ceil((seconds * 1000) / pauseMs));
  for (let attempt = 0; attempt < attempts; attempt++) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await at.pause(pauseMs);
  }
  return undefined;
}

function pick({ cluster, classes, namespace, image, waitSeconds, backing }: State): State {
  return { cluster, classes, namespace, image, waitSeconds, backing };
}
