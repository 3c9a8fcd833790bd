import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { startCluster, stopCluster } from "../../embedded/index.ts";
import { ensureToolchain, silentProgress } from "../../toolchain/index.ts";
import { openProgram, type TestProgram } from "../support/program.ts";

const DESTROY = ["destroy", "--yes", "--skip-preview"];
const NAMESPACE = "/api/v1/namespaces/lease";
const LEASE = "/api/v1/namespaces/a-lease-of-somebody";

/** What every lease needs, and the guard before it, as `ProviderSite` declares them. */
const program = (kubeconfigPath: string) => `import * as kubernetes from "@pulumi/kubernetes";
import { LeaseGuard } from "pulumi-akash";
const kubeconfigPath = ${JSON.stringify(kubeconfigPath)};
const provider = new kubernetes.Provider("k8s", { kubeconfig: kubeconfigPath, clusterIdentifier: "garage" });
const namespace = new kubernetes.core.v1.Namespace("lease", { metadata: { name: "lease" } }, { provider });
const other = new kubernetes.core.v1.ConfigMap("other", { metadata: { name: "other", namespace: "default" } }, { provider });
new LeaseGuard("leases", { cluster: { kubeconfigPath } }, { dependsOn: [namespace, other], protect: true });
`;

describe("what leases need", function () {
  this.timeout(300_000);
  let bench: TestProgram;
  let folder: string;
  let cluster: Cluster;

  before(async () => {
    const toolchain = await ensureToolchain({ tools: ["embedded"], progress: silentProgress });
    bench = await openProgram();
    folder = join(bench.folder, "cluster");
    const { kubeconfig } = await startCluster({ folder, toolchain });
    cluster = await openCluster({ kubeconfigPath: kubeconfig });
    bench.declare(program(kubeconfig));
    await bench.succeeds("up", "--yes", "--skip-preview");
    await cluster.request("POST", "/api/v1/namespaces", {
      metadata: {
        name: "a-lease-of-somebody",
        labels: {
          "akash.network": "true",
          "akash.network/lease.id.owner": "akash1tenant",
          "akash.network/lease.id.dseq": "7",
        },
      },
    });
  });
  after(async () => {
    if (folder !== undefined) await stopCluster(folder);
    bench?.remove();
  });

  it("is protected from a plain destroy, which then begins nothing", async () => {
    const { code, output } = await bench.pulumi(...DESTROY);
    assert.notEqual(code, 0, output);
    assert.match(output, /protected/);
    assert.ok(await cluster.get("/api/v1/namespaces/default/configmaps/other"));
  });

  it("is not deleted while a lease runs, protected or not: the refusal names it, and nothing else is deleted", async () => {
    await bench.succeeds("state", "unprotect", "--all", "--yes");
    const { code, output } = await bench.pulumi(...DESTROY);
    assert.notEqual(code, 0, output);
    assert.match(output, /a lease runs here \(akash1tenant\/7\)/);
    assert.ok(await cluster.get(NAMESPACE));
    assert.ok(await cluster.get("/api/v1/namespaces/default/configmaps/other"));
  });

  it("is deleted once no lease runs", async () => {
    await cluster.request(
      "PATCH",
      LEASE,
      { metadata: { labels: { "akash.network": null } } },
      "application/merge-patch+json",
    );
    await bench.succeeds(...DESTROY);
    assert.equal(await cluster.get(NAMESPACE), undefined);
  });
});
