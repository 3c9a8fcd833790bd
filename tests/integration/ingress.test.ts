import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { gatewayListeners } from "../../components/ingress/gatewayObjects.ts";
import { openWorkbench, type Workbench } from "./ingressWorkbench.ts";

interface KubernetesObject {
  readonly metadata: { readonly labels?: Record<string, string> };
  readonly spec?: Record<string, unknown>;
  readonly data?: Record<string, string>;
}

const imports = `
import { ClassicIngress, GatewayIngress } from "pulumi-akash/providers/ingress/index";
import { GpuSupport } from "pulumi-akash/providers/gpu/index";
import { StorageClasses } from "pulumi-akash/providers/storage/index";
`;

const services = `
const services = new kubernetes.core.v1.Namespace("services", { metadata: { name: "akash-services" } }, k8s);
const after = { ...k8s, dependsOn: services };
`;

const withoutCharts = `${services}
new GatewayIngress("gateway", { domain: "example.test", controller: "none" }, after);
new ClassicIngress("classic", { domain: "example.test", controller: "none" }, k8s);
new GpuSupport("gpu", {}, k8s);
new StorageClasses("storage", { classes: [{ name: "beta3", provisioner: "rancher.io/local-path" }] }, k8s);
`;

const withCharts = (values: string) => `${services}
const common = { domain: "example.test", mirror, waitSeconds: 120, cluster: { kubeconfigPath: kubeconfig }, ${values} };
const tls = {
  issuer: "letsencrypt-dns01",
  email: "ops@example.test",
  dns01: { provider: "cloudflare", credential: { env: "TEST_DNS_TOKEN" } },
};
new GatewayIngress("gateway", { ...common, tls }, after);
new ClassicIngress("classic", { ...common, tls: { certManager: "none" } }, { ...k8s, dependsOn: services });
new GpuSupport("gpu", { operator: "chart", mirror, waitSeconds: 120 }, k8s);
`;

describe("ingress, GPU and storage on an API server", function () {
  this.timeout(300_000);
  let bench: Workbench;

  before(async function () {
    // The first run builds the toolchain.
    this.timeout(1_800_000);
    process.env["TEST_DNS_TOKEN"] = "dns-token-canary";
    bench = await openWorkbench();
  });
  after(async () => {
    delete process.env["TEST_DNS_TOKEN"];
    await bench?.close();
  });

  const succeeds = (...args: string[]) => bench.succeeds(...args);
  /** Brings back what the world lost, and says what that was. */
  const repair = () => succeeds("up", "--yes", "--skip-preview", "--refresh", "--run-program");
  const get = (path: string) => bench.cluster.get<KubernetesObject>(path);
  const gatewayPath = "/apis/gateway.networking.k8s.io/v1/namespaces/akash-gateway/gateways/akash-gateway";
  const listenerNames = async () => {
    const listeners = (await get(gatewayPath))?.spec?.["listeners"] ?? [];
    return (listeners as { readonly name: string }[]).map(({ name }) => name);
  };
  const classPath = "/apis/networking.k8s.io/v1/ingressclasses/akash-ingress-class";

  it("declares everything that leases look for, without a chart and without waiting", async () => {
    bench.declare(imports, withoutCharts);
    const started = Date.now();
    await succeeds("up", "--yes", "--skip-preview");
    assert.ok(Date.now() - started < 120_000);
    assert.deepEqual(
      await listenerNames(),
      gatewayListeners("example.test").map(({ name }) => name),
    );
    for (const port of [8443, 8444]) {
      const route = await get(
        `/apis/gateway.networking.k8s.io/v1alpha2/namespaces/akash-services/tcproutes/akash-provider-${port}`,
      );
      assert.ok(route, `route of ${port}`);
    }
    assert.equal((await get(classPath))?.metadata.labels?.["akash.network"], "true");
    assert.ok(await get("/apis/node.k8s.io/v1/runtimeclasses/nvidia"));
    const storage = await get("/apis/storage.k8s.io/v1/storageclasses/beta3");
    assert.equal(storage?.metadata.labels?.["akash.network"], "true");
  });

  it("has nothing to do the second time", async () => {
    await succeeds("preview", "--refresh", "--run-program", "--expect-no-changes");
  });

  it("repairs a hand edit, which is a change and not a conflict", async () => {
    const patch = [{ op: "remove", path: "/metadata/labels/akash.network" }];
    await bench.cluster.request("PATCH", classPath, patch, "application/json-patch+json");
    const listeners = [{ op: "remove", path: "/spec/listeners/4" }];
    await bench.cluster.request("PATCH", gatewayPath, listeners, "application/json-patch+json");
    const said = await repair();
    assert.match(said, /classic-class updated/);
    assert.match(said, /gateway-gateway updated/);
    assert.equal((await get(classPath))?.metadata.labels?.["akash.network"], "true");
    assert.equal((await listenerNames()).length, 5);
  });

  it("installs the controllers from a mirror of stand-in charts, with their values, certificates and policies", async () => {
    bench.declare(imports, withCharts(""));
    await succeeds("up", "--yes", "--skip-preview");
    const values = async (namespace: string, chart: string) => {
      const held = await get(`/api/v1/namespaces/${namespace}/configmaps/${chart}-values`);
      return JSON.parse(held?.data?.["values"] ?? "null") as Record<string, Record<string, unknown>>;
    };
    assert.deepEqual((await values("ingress-nginx", "ingress-nginx"))?.["tcp"], {
      "8443": "akash-services/akash-provider:8443",
      "8444": "akash-services/akash-provider:8444",
    });
    assert.equal((await values("nginx-gateway", "nginx-gateway-fabric"))?.["nginx"]?.["kind"], "daemonSet");
    assert.deepEqual((await values("cert-manager", "cert-manager"))?.["crds"], { enabled: true, keep: true });
    assert.ok((await values("gpu-operator", "gpu-operator"))?.["toolkit"]);

    const issuer = await get("/apis/cert-manager.io/v1/clusterissuers/letsencrypt");
    assert.match(JSON.stringify(issuer?.spec), /"apiTokenSecretRef"/);
    const certificates = "/apis/cert-manager.io/v1/namespaces/akash-gateway/certificates";
    assert.ok(await get(`${certificates}/wildcard-ingress`));
    const credential = await bench.cluster.getSecret("cert-manager", "dns01-credential");
    assert.equal(Buffer.from(credential?.data["credential"] ?? []).toString(), "dns-token-canary");
  });

  it("keeps the DNS credential out of the state", async () => {
    assert.doesNotMatch(await succeeds("stack", "export", "--show-secrets"), /dns-token-canary/);
  });

  it("writes an altered credential again, and updates a release in place when a value changes", async () => {
    const path = "/api/v1/namespaces/cert-manager/secrets/dns01-credential";
    const patch = [
      { op: "replace", path: "/data/credential", value: Buffer.from("other").toString("base64") },
    ];
    await bench.cluster.request("PATCH", path, patch, "application/json-patch+json");
    bench.declare(imports, withCharts("hostPorts: false"));
    assert.match(await repair(), /gateway-tls-dns01 updated/);
    const written = await bench.cluster.getSecret("cert-manager", "dns01-credential");
    assert.equal(Buffer.from(written?.data["credential"] ?? []).toString(), "dns-token-canary");
    const held = await get("/api/v1/namespaces/nginx-gateway/configmaps/nginx-gateway-fabric-values");
    assert.match(held?.data?.["values"] ?? "", /"type":"NodePort"/);
  });

  it("leaves nothing of its own behind but the RuntimeClass, which is K3s's and the GPU operator's too", async () => {
    await succeeds("destroy", "--yes", "--skip-preview");
    assert.equal(await get(classPath), undefined);
    assert.ok(await get("/apis/node.k8s.io/v1/runtimeclasses/nvidia"));
  });

  it("leaves a controller of somebody else's where it is, with what it watches", async () => {
    bench.declare(imports, withoutCharts);
    await succeeds("up", "--yes", "--skip-preview");
    const deployments = "/apis/apps/v1/namespaces/ingress-nginx/deployments";
    const labels = { app: "somebody-elses" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "nginx", image: "nginx" }] } };
    const foreign = {
      metadata: { name: "somebody-elses" },
      spec: { selector: { matchLabels: labels }, template },
    };
    await bench.cluster.request("POST", deployments, foreign);
    await succeeds("destroy", "--yes", "--skip-preview");
    assert.ok(await get(classPath));
    assert.ok(await get(`${deployments}/somebody-elses`));
    const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    for (const path of ["/api/v1/namespaces/ingress-nginx", "/api/v1/namespaces/akash-gateway"]) {
      const namespace = (await get(path)) as { readonly metadata: { readonly deletionTimestamp?: string } };
      assert.equal(namespace.metadata.deletionTimestamp, undefined, path);
    }
    assert.ok(await get(`${definitions}/httproutes.gateway.networking.k8s.io`));
    assert.equal(await get(gatewayPath), undefined);
  });
});
