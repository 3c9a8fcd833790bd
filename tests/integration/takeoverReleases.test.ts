import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { deleteReplaced } from "../../components/site/takeover/carryOut.ts";
import { planRecords, readRecords } from "../../components/site/takeover/releases.ts";
import { openWorkbench, type Workbench } from "./ingressWorkbench.ts";

/** On its own: the embedded site installs no charts, and the stand-in charts show what Helm does with a name in use. */
describe("takeover of Helm releases that the state has lost", function () {
  this.timeout(600_000);
  let bench: Workbench;

  before(async () => {
    bench = await openWorkbench();
    bench.declare(
      `import { GpuSupport } from "pulumi-akash/providers/gpu/index";`,
      `new GpuSupport("gpu", { operator: "chart", mirror, waitSeconds: 120 }, k8s);`,
    );
    await bench.succeeds("up", "--yes", "--skip-preview");
  });
  after(() => bench?.close());

  it("installs them again over their objects", async () => {
    const deployment = "/apis/apps/v1/namespaces/gpu-operator/deployments/gpu-operator";
    const uid = async () =>
      (await bench.cluster.get<{ metadata: { uid: string } }>(deployment))?.metadata.uid;
    const before = await uid();
    assert.ok(before);
    const state = JSON.parse(await bench.succeeds("stack", "export")) as {
      deployment: { resources: { urn: string; type: string }[] };
    };
    const lost = state.deployment.resources.find(({ type }) => type === "kubernetes:helm.sh/v3:Release");
    await bench.succeeds("state", "delete", lost?.urn ?? "", "--force", "--yes");
    await assert.rejects(bench.succeeds("up", "--yes", "--skip-preview"), /name that is still in use/);

    const releases = [{ namespace: "gpu-operator", name: "gpu-operator" }];
    const items = planRecords(await readRecords(bench.cluster, releases));
    assert.equal(items.length, 1);
    await deleteReplaced(bench.cluster, { items, blockers: [] });
    await bench.succeeds("up", "--yes", "--skip-preview");
    assert.equal(await uid(), before);
  });
});
