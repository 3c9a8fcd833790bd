import { readFileSync } from "node:fs";
import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { type Cluster, ClusterUnreachable, openCluster } from "../../components/cluster/index.ts";
import { simulatedNodes } from "./nodes.ts";
import type { ClusterLayout } from "./programs.ts";
import { staticVolumes } from "./volumes.ts";

const requestTimeoutMs = 2_000;

interface Named {
  readonly metadata: { readonly name: string };
}

interface List<Item> {
  readonly items: readonly Item[];
}

interface NodeObject extends Named {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Whether the API server is ready to serve. */
export async function apiServerProblem({ kubeconfig }: ClusterLayout): Promise<string | undefined> {
  const cluster = await openCluster({ kubeconfigPath: kubeconfig }, { timeoutMs: requestTimeoutMs });
  return cluster.get("/readyz").then(
    () => undefined,
    () => "its API server is not ready",
  );
}

/** Whether the controllers work and the simulated machines are Ready; declares the machines that are missing. */
export async function controllersProblem(layout: ClusterLayout): Promise<string | undefined> {
  const { ports, credentials, kubeconfig } = layout;
  const ca = readFileSync(credentials.authority);
  const cluster = await openCluster({ kubeconfigPath: kubeconfig }, { timeoutMs: requestTimeoutMs });
  const [ready, ...answers] = await Promise.all([
    // A busy machine may leave a request unanswered for a moment: it is asked again.
    machinesReady(cluster).catch(notYet),
    answersWell(`https://127.0.0.1:${ports.controllerManager}/healthz`, ca),
    answersWell(`https://127.0.0.1:${ports.scheduler}/healthz`, ca),
    answersWell(`http://127.0.0.1:${ports.kwok}/healthz`),
  ]);
  const silent = ["kube-controller-manager", "kube-scheduler", "kwok"].filter((_, index) => !answers[index]);
  if (silent.length > 0) return `${silent.join(" and ")} is not healthy`;
  return ready ? undefined : "its simulated nodes are not Ready";
}

function notYet(error: unknown): false {
  if (error instanceof ClusterUnreachable) return false;
  throw error;
}

async function machinesReady(cluster: Cluster): Promise<boolean> {
  const [nodes] = await Promise.all([
    declare<NodeObject>(cluster, "/api/v1/nodes", simulatedNodes),
    declare(cluster, "/api/v1/persistentvolumes", staticVolumes),
  ]);
  return simulatedNodes.every(({ metadata }) =>
    nodes
      .find((node) => node.metadata.name === metadata.name)
      ?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
  );
}

/** Creates the objects that are missing from a collection, and returns what was there before. */
async function declare<Item extends Named>(
  cluster: Cluster,
  path: string,
  objects: readonly Named[],
): Promise<readonly Item[]> {
  const items = (await cluster.get<List<Item>>(path))?.items ?? [];
  const missing = objects.filter(
    ({ metadata }) => !items.some((item) => item.metadata.name === metadata.name),
  );
  await Promise.all(missing.map((object) => cluster.request("POST", path, object)));
  return items;
}

function answersWell(url: string, ca?: Buffer): Promise<boolean> {
  const get = ca ? httpsGet : httpGet;
  return new Promise((resolve) => {
    get(url, { ca, timeout: requestTimeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .on("timeout", () => resolve(false))
      .on("error", () => resolve(false));
  });
}
