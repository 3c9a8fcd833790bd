import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parseSiteConfig } from "../../../components/site/config.ts";
import { gpuIsolation } from "../../../doctor/checks/isolation.ts";
import type { Observed } from "../../../doctor/observe/observed.ts";
import { declaration } from "../site/declarations.ts";

describe("the isolation of GPUs", () => {
  const plugin = (value: string) => ({
    metadata: { name: "nvidia-device-plugin", namespace: "gpus" },
    spec: {
      template: {
        spec: {
          containers: [
            {
              image: "nvcr.io/nvidia/k8s-device-plugin:v0.17.0",
              env: [{ name: "DEVICE_LIST_STRATEGY", value }],
            },
          ],
        },
      },
    },
  });
  const nodes = { cluster: undefined, nodes: [{ host: "203.0.113.10" }] };
  const find = (site: Record<string, unknown>, ...plugins: object[]) =>
    gpuIsolation.run({
      site: parseSiteConfig(declaration(site)),
      cluster: { list: async () => plugins },
    } as unknown as Observed);

  it("is there where the device plugin does not leave the choice to containers", async () => {
    assert.equal((await find({}, plugin("volume-mounts"))).result, "ok");
    assert.equal((await find(nodes, plugin("cdi-annotations,cdi-cri"))).result, "ok");
    assert.equal((await find({})).result, "ok");
  });

  it("is missing, or leases get no GPU, by whether the site's own toolkit heeds that choice", async () => {
    const told = async (site: Record<string, unknown>) => {
      const finding = await find(site, plugin("envvar"));
      assert.equal(finding.result, "failed");
      return finding.result === "failed" ? [finding.severity, finding.evidence] : [];
    };
    const open = "gpus/nvidia-device-plugin tells containers their GPUs by NVIDIA_VISIBLE_DEVICES, which ";
    assert.deepEqual(await told({}), [undefined, `${open}a lease can set to all`]);
    assert.deepEqual(await told(nodes), [
      "error",
      `${open}the nodes' toolkit does not heed: leases get none`,
    ]);
    const byOthers = { ...nodes, gpu: { driver: { by: "none" } } };
    assert.deepEqual(await told(byOthers), [undefined, `${open}a lease can set to all`]);
  });
});
