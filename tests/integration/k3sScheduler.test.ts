import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, it } from "mocha";
import { parse, stringify } from "yaml";
import { schedulerConfig } from "../../components/k3s/kubernetesConfig.ts";
import { ensureToolchain, silentProgress } from "../../toolchain/index.ts";

const kubeconfig = {
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "a", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "a", user: { token: "x" } }],
  contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
  "current-context": "a",
};

describe("the scheduler's settings", function () {
  this.timeout(1_800_000);

  it("are taken by the real scheduler: GPUs are packed, and that outweighs its other plugins", async () => {
    const toolchain = await ensureToolchain({ tools: ["kube-scheduler"], progress: silentProgress });
    const folder = mkdtempSync(join(tmpdir(), "scheduler-"));
    try {
      mkdirSync(join(folder, "server", "cred"), { recursive: true });
      writeFileSync(join(folder, "server", "cred", "scheduler.kubeconfig"), stringify(kubeconfig));
      writeFileSync(join(folder, "scheduler.yaml"), stringify(schedulerConfig(folder)));
      const written = join(folder, "written.yaml");
      const args = [
        `--config=${join(folder, "scheduler.yaml")}`,
        `--write-config-to=${written}`,
        "--secure-port=0",
      ];
      await promisify(execFile)(toolchain.path("kube-scheduler"), args, { timeout: 60_000 });
      const { profiles } = parse(readFileSync(written, "utf8")) as {
        profiles: {
          plugins: { score: { enabled: { name: string; weight: number }[] } };
          pluginConfig: { name: string; args: { scoringStrategy?: object } }[];
        }[];
      };
      const [profile] = profiles;
      const fit = profile?.pluginConfig.find(({ name }) => name === "NodeResourcesFit");
      assert.deepEqual(fit?.args.scoringStrategy, {
        type: "MostAllocated",
        resources: [{ name: "nvidia.com/gpu", weight: 1 }],
      });
      assert.deepEqual(profile?.plugins.score.enabled, [{ name: "NodeResourcesFit", weight: 10 }]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
