import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCrds } from "../../components/charts/index.ts";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { startCluster, stopCluster } from "../../embedded/index.ts";
import { ensureToolchain, silentProgress } from "../../toolchain/index.ts";
import { writeStandInCharts } from "../support/charts/standIns.ts";

export interface EngineResult {
  readonly code: number;
  readonly output: string;
}

/** A cluster of its own, and a Pulumi program on it that uses this package as somebody else's would. */
export interface Workbench {
  readonly cluster: Cluster;
  readonly kubeconfigPath: string;
  /** Folder with the stand-in charts. */
  readonly mirror: string;
  /** Replaces the program's body; `k8s` is a provider for the cluster. */
  declare(imports: string, body: string): void;
  pulumi(...args: string[]): Promise<EngineResult>;
  close(): Promise<void>;
}

export async function openWorkbench(): Promise<Workbench> {
  const toolchain = await ensureToolchain({ tools: ["engine", "embedded"], progress: silentProgress });
  const [, certManagerCrds] = await Promise.all([ensureCrds("gateway-api"), ensureCrds("cert-manager")]);
  const folder = mkdtempSync(join(tmpdir(), "pulumi-akash-ingress-"));
  const clusterFolder = join(folder, "cluster");
  const mirror = join(folder, "charts");
  const project = join(folder, "project");
  const state = join(folder, "state");
  for (const path of [project, state]) mkdirSync(path);
  writeStandInCharts(mirror, certManagerCrds);
  writeFileSync(
    join(project, "Pulumi.yaml"),
    "name: workbench\nmain: index.ts\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
  );
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "workbench", type: "module" }));
  symlinkSync(join(import.meta.dirname, "..", "..", "node_modules"), join(project, "node_modules"));
  const { kubeconfig: kubeconfigPath } = await startCluster({ folder: clusterFolder, toolchain });

  const env = {
    ...toolchain.env,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    NO_COLOR: "1",
  };
  const pulumi = (...args: string[]) =>
    new Promise<EngineResult>((resolve) => {
      execFile(
        toolchain.path("pulumi"),
        [...args, "--stack", "test", "--non-interactive", "--color", "never"],
        { cwd: project, env, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr });
        },
      );
    });
  await pulumi("stack", "init");
  return {
    cluster: await openCluster({ kubeconfigPath }),
    kubeconfigPath,
    mirror,
    pulumi,
    declare: (imports, body) =>
      writeFileSync(
        join(project, "index.ts"),
        `import * as kubernetes from "@pulumi/kubernetes";
${imports}
const kubeconfig = ${JSON.stringify(kubeconfigPath)};
const mirror = ${JSON.stringify(mirror)};
const k8s = { provider: new kubernetes.Provider("k8s", { kubeconfig, clusterIdentifier: "workbench" }) };
${body}
`,
      ),
    close: async () => {
      await stopCluster(clusterFolder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
