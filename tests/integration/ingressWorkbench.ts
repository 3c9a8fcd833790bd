import { join } from "node:path";
import { ensureCrds } from "../../components/charts/index.ts";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { startCluster, stopCluster } from "../../embedded/index.ts";
import { ensureToolchain, silentProgress } from "../../toolchain/index.ts";
import { writeStandInCharts } from "../support/charts/standIns.ts";
import { openProgram, type TestProgram } from "../support/program.ts";

/** A cluster of its own, and a Pulumi program on it. */
export interface Workbench extends Pick<TestProgram, "succeeds"> {
  readonly cluster: Cluster;
  /** Replaces the program; `k8s` are options with a provider for the cluster, `mirror` has the stand-in charts. */
  declare(imports: string, body: string): void;
  close(): Promise<void>;
}

export async function openWorkbench(): Promise<Workbench> {
  const toolchain = await ensureToolchain({ tools: ["embedded"], progress: silentProgress });
  const [, certManagerCrds] = await Promise.all([ensureCrds("gateway-api"), ensureCrds("cert-manager")]);
  const program = await openProgram();
  const mirror = join(program.folder, "charts");
  writeStandInCharts(mirror, certManagerCrds);
  const folder = join(program.folder, "cluster");
  const { kubeconfig } = await startCluster({ folder, toolchain });
  return {
    cluster: await openCluster({ kubeconfigPath: kubeconfig }),
    succeeds: program.succeeds,
    declare: (imports, body) =>
      program.declare(`import * as kubernetes from "@pulumi/kubernetes";
${imports}
const kubeconfig = ${JSON.stringify(kubeconfig)};
const mirror = ${JSON.stringify(mirror)};
const k8s = { provider: new kubernetes.Provider("k8s", { kubeconfig, clusterIdentifier: "workbench" }) };
${body}
`),
    close: async () => {
      await stopCluster(folder);
      program.remove();
    },
  };
}
