import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cluster } from "../../components/cluster/index.ts";
import type { NodeRole } from "../../components/k3s/binary.ts";
import { clusterOf } from "../../components/k3s/clusterAccess.ts";
import { handler } from "../../components/k3s/k3sNodeProvider.ts";
import {
  type KubeconfigInputs,
  handler as kubeconfigHandler,
} from "../../components/k3s/kubeconfigProvider.ts";
import type { NodeInputs } from "../../components/k3s/nodeInputs.ts";
import { type ClusterPlan, planCluster, type RunningCluster } from "../../components/k3s/planCluster.ts";
import type { K3sMachine, K3sOptions } from "../../components/k3s/types.ts";
import { type Lab, rootOf, startLab, type TestHost } from "../support/hosts/index.ts";
import { openK3s } from "../support/k3s/index.ts";

/** Hosts with a mirror of K3s, and a state folder of their own on this machine. */
export interface K3sLab {
  readonly lab: Lab;
  readonly state: string;
  /** Folder with the releases. */
  readonly mirror: string;
  /** Host by the number of its machine, from 0. */
  host(index: number): TestHost;
  machine(index: number, role?: NodeRole): K3sMachine;
  /** The plan of these machines. */
  plan(machines: readonly K3sMachine[], options?: K3sOptions, running?: RunningCluster): ClusterPlan;
  stop(): Promise<void>;
}

export async function startK3sLab(count: number): Promise<K3sLab> {
  const source = await openK3s();
  const state = mkdtempSync(join(tmpdir(), "k3s-state-"));
  process.env["PULUMI_AKASH_STATE"] = state;
  const lab = await startLab({ count, shares: source.shares });
  // What implementations print is for the engine, which shows it beside the resource.
  const print = console.log;
  console.log = () => {};
  const host = (index: number) => {
    const found = lab.hosts[index];
    assert.ok(found);
    return found;
  };
  return {
    lab,
    state,
    mirror: source.mirror,
    host,
    machine: (index, role) => ({
      name: host(index).name,
      address: rootOf(host(index)),
      ...(role === undefined ? {} : { role }),
    }),
    plan: (machines, options = {}, running) =>
      planCluster("garage", machines, { mirror: source.mirror, ...options }, running),
    async stop() {
      console.log = print;
      await lab.stop();
      source.remove();
      rmSync(state, { recursive: true, force: true });
    },
  };
}

/** The implementation behind `K3sNode`, called as the engine calls it. */
export const nodes = handler() as unknown as {
  create(inputs: NodeInputs): Promise<{ id: string; outs: NodeInputs }>;
  read(id: string, state: NodeInputs): Promise<{ id: string; inputs: NodeInputs }>;
  update(id: string, olds: NodeInputs, news: NodeInputs): Promise<{ outs: NodeInputs }>;
  delete(id: string, state: NodeInputs): Promise<void>;
  diff(id: string, olds: NodeInputs, news: NodeInputs): Promise<{ changes: boolean; replaces: string[] }>;
};

/** The implementation behind `Kubeconfig`. */
export const kubeconfigs = kubeconfigHandler() as unknown as {
  create(inputs: KubeconfigInputs): Promise<unknown>;
  read(id: string, state: KubeconfigInputs): Promise<{ inputs: KubeconfigInputs }>;
  update(id: string, olds: KubeconfigInputs, news: KubeconfigInputs): Promise<unknown>;
};

/** Fields in which a node differs from its declaration, after reading it. */
export async function drift(node: NodeInputs): Promise<string[]> {
  const { id, inputs } = await nodes.read("id", node);
  if (id === "") return ["everything"];
  const { changes } = await nodes.diff("id", inputs, node);
  const fields = (Object.keys(node) as (keyof NodeInputs)[]).filter(
    (key) => JSON.stringify(inputs[key]) !== JSON.stringify(node[key]),
  );
  assert.equal(changes, fields.length > 0);
  return fields;
}

/** Reads the node and brings it back, as `up` does after a refresh. */
export async function repair(node: NodeInputs): Promise<void> {
  const { inputs } = await nodes.read("id", node);
  await nodes.update("id", inputs, node);
}

/** When the service of K3s was last started: the same twice means that nobody restarted it. */
export async function startedAt(host: TestHost, unit = "k3s.service"): Promise<string> {
  return (await host.exec(`systemctl show -p ExecMainStartTimestampMonotonic --value ${unit}`)).stdout.trim();
}

/**
 * Kills a script of ours on a host when it comes to a command, as a machine that dies there would, until the result is
 * called.
 *
 * @param program a program by name
 * @param argument its first argument; default: any
 */
export async function cutAt(host: TestHost, program: string, argument = "*"): Promise<() => Promise<void>> {
  // The first folder on the path of scripts.
  const shim = `/usr/local/sbin/${program}`;
  const text = `#!/bin/bash\n[[ $1 != ${argument} ]] || kill -KILL "$PPID"\nexec /usr/bin/${program} "$@"\n`;
  await host.exec(`cat >${shim}; chmod 755 ${shim}`, { input: text });
  return async () => {
    await host.exec(`rm ${shim}`);
  };
}

export function clusterThrough(node: NodeInputs): Promise<Cluster> {
  return clusterOf(node.first ?? node.address, node.api);
}

export async function makeConfigMap(cluster: Cluster, name: string): Promise<void> {
  const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name } };
  await cluster.request("POST", "/api/v1/namespaces/default/configmaps", body);
}

export async function hasConfigMap(cluster: Cluster, name: string): Promise<boolean> {
  return (await cluster.get(`/api/v1/namespaces/default/configmaps/${name}`)) !== undefined;
}
