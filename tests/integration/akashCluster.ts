import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { startCluster, stopCluster } from "../../embedded/index.ts";
import { ensureToolchain, silentProgress } from "../../toolchain/index.ts";
import type { KubernetesObject } from "../unit/akash/declared.ts";

/** A control plane of its own with simulated nodes. */
export interface TestCluster {
  readonly admin: Cluster;
  /** Content of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** The same cluster as a ServiceAccount of `akash-services` sees it. */
  as(account: string): Promise<Cluster>;
  /** Server-side apply, unknown fields refused. */
  apply(object: KubernetesObject): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestCluster(): Promise<TestCluster> {
  const toolchain = await ensureToolchain({ tools: ["embedded"], progress: silentProgress });
  const folder = mkdtempSync(join(tmpdir(), "akash-cluster-"));
  const service = await startCluster({ folder, toolchain });
  const admin = await openCluster({ kubeconfigPath: service.kubeconfig });
  const stop = async (): Promise<void> => {
    await stopCluster(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  const kubeconfig = await readFile(service.kubeconfig, "utf8");
  return {
    admin,
    kubeconfig,
    stop,
    as: (account) => openCluster({ kubeconfig: impersonating(kubeconfig, account) }),
    apply: async (object) => {
      const query = "fieldManager=test&force=true&fieldValidation=Strict";
      await admin.request("PATCH", `${objectPath(object)}?${query}`, object, "application/apply-patch+yaml");
    },
  };
}

/** API path of an object, or of its collection when `name` is empty. */
export function objectPath({ apiVersion, kind, metadata: { namespace, name } }: KubernetesObject): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = /[^aeiou]y$/.test(kind)
    ? `${kind.slice(0, -1)}ies`
    : kind.endsWith("s") || kind.endsWith("ss")
      ? `${kind}es`
      : `${kind}s`;
  const within = namespace === undefined ? "" : `/namespaces/${namespace}`;
  return `${root}${within}/${plural.toLowerCase()}${name === "" ? "" : `/${name}`}`;
}

/** The administrator's kubeconfig, to speak as a ServiceAccount of `akash-services`. */
export function impersonating(kubeconfig: string, account: string): string {
  const content = parse(kubeconfig) as { users: { user: Record<string, string> }[] };
  for (const { user } of content.users) user["as"] = `system:serviceaccount:akash-services:${account}`;
  return stringify(content);
}
