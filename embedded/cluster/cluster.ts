import { join, resolve } from "node:path";
import { Daemon } from "../daemon.ts";
import { settlePorts } from "../ports.ts";
import { ensureService, programStatus, type Service, stopPrograms } from "../service.ts";
import type { ClusterService, ProgramStatus, StartOptions } from "../types.ts";
import { makeCredentials } from "./credentials.ts";
import { apiServerProblem, controllersProblem } from "./health.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import {
  type ClusterLayout,
  type ClusterPorts,
  clusterPorts,
  controllerPrograms,
  type SharedEtcd,
  serverPrograms,
  serverUrl,
} from "./programs.ts";

export interface ClusterOptions extends StartOptions {
  /** Where to write the kubeconfig; default `kubeconfig` in the folder. */
  readonly kubeconfig?: string;
  /** Folder of a running cluster whose etcd is used under a prefix, for many clusters on one machine; default its own. */
  readonly etcd?: { readonly folder: string; readonly prefix: string };
}

const portNames = Object.keys(clusterPorts) as (keyof ClusterPorts)[];
const programs = [...new Set(Object.values(clusterPorts))];

/**
 * Ensures that a Kubernetes control plane with simulated nodes runs in this folder: makes it, starts it,
 * heals it or finds it running.
 *
 * KWOK's controller plays the nodes. Its command line tool could start the same programs, but it trusts a
 * pid file after a reboot, keeps ports that others have taken since, and needs kubectl.
 *
 * @throws ServiceFailed
 */
export async function startCluster(options: ClusterOptions): Promise<ClusterService> {
  const { toolchain, progress } = options;
  const folder = resolve(options.folder);
  const kubeconfig = resolve(options.kubeconfig ?? join(folder, "kubeconfig"));
  const credentials = await makeCredentials(join(folder, "pki"));

  const alive = new Set<string>(programs.filter((name) => new Daemon(folder, name).alive));
  const { ports, moved } = await settlePorts(join(folder, "ports.json"), portNames, (name) =>
    alive.has(clusterPorts[name]),
  );
  for (const name of moved) {
    progress?.line(
      `The port of the embedded cluster's ${clusterPorts[name]} is taken by another program: it is ${ports[name]} now.`,
    );
  }
  const server = serverUrl(ports);
  writeKubeconfig(kubeconfig, server, credentials);

  const layout: ClusterLayout = {
    toolchain,
    ports,
    credentials,
    kubeconfig,
    data: join(folder, "etcd"),
    etcd: options.etcd && (await sharedEtcd(options.etcd)),
  };
  const service: Service = {
    title: "embedded cluster",
    folder,
    stages: [
      { programs: serverPrograms(layout), problem: () => apiServerProblem(layout) },
      { programs: controllerPrograms(layout), problem: () => controllersProblem(layout) },
    ],
  };
  await ensureService(service, progress);
  return { server, kubeconfig };
}

async function sharedEtcd({ folder, prefix }: NonNullable<ClusterOptions["etcd"]>): Promise<SharedEtcd> {
  const { ports } = await settlePorts(join(folder, "ports.json"), portNames, () => true);
  return {
    url: `https://127.0.0.1:${ports.etcd}`,
    credentials: await makeCredentials(join(folder, "pki")),
    prefix,
  };
}

/** Ends the cluster of this folder; its state stays. */
export async function stopCluster(folder: string): Promise<void> {
  await stopPrograms(resolve(folder), programs);
}

export function clusterStatus(folder: string): ProgramStatus[] {
  return programStatus(resolve(folder), programs);
}
