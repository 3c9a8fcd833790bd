import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { ensureChart } from "../../components/charts/moduleChart.ts";
import { chartSource, pinOf } from "../../components/charts/sources.ts";
import { openWorkbench, type Workbench } from "./ingressWorkbench.ts";

interface KubernetesObject {
  readonly metadata: { readonly name: string };
  readonly data?: Record<string, string>;
  readonly spec?: {
    readonly template?: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/**
 * cert-manager's own chart, out of its Go module, installed with our values. Its webhook has nobody behind it on
 * simulated nodes and is asked for every issuer, so none is declared here: those are tried with a stand-in.
 */
describe("cert-manager's own chart", function () {
  this.timeout(300_000);
  let bench: Workbench;
  let cacheRoot: string;

  before(async function () {
    this.timeout(1_800_000);
    cacheRoot = await mkdtemp(join(tmpdir(), "cert-manager-"));
    await ensureChart("cert-manager", { cacheRoot, isOffered: async () => false });
    const { kind, chart } = chartSource("cert-manager", undefined, cacheRoot);
    if (kind !== "module") {
      console.log("      skipped: cert-manager's Go module cannot be had here");
      this.skip();
    }
    bench = await openWorkbench();
    bench.declare(
      `import { Release } from "@pulumi/kubernetes/helm/v3/release.js";
import { certManagerValues } from "pulumi-akash/providers/ingress/controllerValues";`,
      `const namespace = new kubernetes.core.v1.Namespace("cm", { metadata: { name: "cert-manager" } }, k8s);
new Release("cert-manager", {
  name: "cert-manager",
  chart: ${JSON.stringify(chart)},
  namespace: namespace.metadata.name,
  values: certManagerValues("gateway"),
  timeout: 120,
}, k8s);`,
    );
  });
  after(async () => {
    await bench?.close();
    await rm(cacheRoot, { recursive: true, force: true });
  });

  const get = (path: string) => bench.cluster.get<KubernetesObject>(path);

  it("installs its controllers in the pinned version, with the Gateway API", async () => {
    await bench.succeeds("up", "--yes", "--skip-preview");
    const { version } = pinOf("charts", "cert-manager");
    for (const name of ["cert-manager", "cert-manager-cainjector", "cert-manager-webhook"]) {
      const deployment = await get(`/apis/apps/v1/namespaces/cert-manager/deployments/${name}`);
      const [container] = deployment?.spec?.template?.spec.containers ?? [];
      assert.match(container?.image ?? "", new RegExp(`:${version}$`), name);
    }
    const config = await get("/api/v1/namespaces/cert-manager/configmaps/cert-manager");
    assert.match(config?.data?.["config.yaml"] ?? "", /enableGatewayAPI: true/);
  });

  it("brings the definitions that issuers and certificates of ours are of", async () => {
    for (const name of ["clusterissuers.cert-manager.io", "certificates.cert-manager.io"]) {
      const definition = await get(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`);
      const established = definition?.status?.conditions?.find(({ type }) => type === "Established");
      assert.equal(established?.status, "True", name);
    }
  });

  it("has nothing to do the second time", async () => {
    await bench.succeeds("preview", "--refresh", "--run-program", "--expect-no-changes");
  });

  it("keeps the definitions, and with them the certificates, when it is removed", async () => {
    await bench.succeeds("destroy", "--yes", "--skip-preview");
    assert.ok(
      await get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/certificates.cert-manager.io"),
    );
    const webhooks = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    assert.equal(await get(`${webhooks}/cert-manager-webhook`), undefined);
  });
});
