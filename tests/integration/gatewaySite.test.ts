import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { openChain } from "../../components/chain/index.ts";
import { ArtefactMissing, ensureCrds } from "../../components/charts/index.ts";
import { gatewayListeners, providerRoutes } from "../../components/ingress/gatewayObjects.ts";
import { writeStandInCharts } from "../support/charts/standIns.ts";
import { type GarageSite, openGarage } from "./garageSite.ts";

const DOMAIN = "example.com";

interface KubernetesObject {
  readonly spec: {
    readonly listeners?: readonly { readonly name: string; readonly port: number }[];
    readonly rules?: readonly unknown[];
    readonly template?: {
      readonly spec: {
        readonly containers: readonly { readonly env?: readonly { name: string; value?: string }[] }[];
      };
    };
  };
}

/** What a real site declares where it declares nothing else: a Gateway, and controllers and GPU operator from charts. */
describe("a site with a Gateway and charts", function () {
  this.timeout(600_000);
  let site: GarageSite;

  before(async function () {
    let certManagerCrds: readonly object[];
    try {
      [certManagerCrds] = await Promise.all([ensureCrds("cert-manager"), ensureCrds("gateway-api")]);
    } catch (error) {
      if (!(error instanceof ArtefactMissing)) throw error;
      console.log(`      skipped: ${error.message}`);
      this.skip();
    }
    site = await openGarage({ owner: 100_000_000n, stranger: 0n });
    const charts = join(site.folder, "charts");
    writeStandInCharts(charts, certManagerCrds);
    await site.declare({
      ingress: { mode: "gateway", controller: "chart" },
      gpu: { operator: "chart" },
      mirror: { charts },
      pricing: { gpu: { rtx5090: 120 } },
    });
  });
  after(() => site?.close());

  const run = (...args: string[]) =>
    site.checkout.runWith(site.environment(), ...args, "--json", "-s", "garage");
  const get = (path: string) => site.cluster.get<KubernetesObject>(path);

  it("is registered by one run of up", async () => {
    const { code, stderr } = await run("up", "--yes");
    assert.equal(code, 0, stderr);
    const client = await openChain(site.chain.network);
    assert.equal((await client.provider(site.owner.address))?.hostUri, `https://provider.${DOMAIN}:8443`);
    const certificates = await client.certificates(site.owner.address);
    assert.deepEqual(
      certificates.map(({ state }) => state),
      ["valid"],
    );
  });

  it("has the Gateway's listeners, the provider's routes and every controller", async () => {
    const group = "/apis/gateway.networking.k8s.io";
    const gateway = await get(`${group}/v1/namespaces/akash-gateway/gateways/akash-gateway`);
    const described = (listeners: readonly { readonly name: string; readonly port: number }[] = []) =>
      listeners.map(({ name, port }) => `${name} ${port}`);
    assert.deepEqual(described(gateway?.spec.listeners), described(gatewayListeners(DOMAIN)));
    for (const { name, spec } of providerRoutes()) {
      const route = await get(`${group}/v1alpha2/namespaces/akash-services/tcproutes/${name}`);
      assert.equal(route?.spec.rules?.length, spec.rules.length, name);
    }
    for (const [namespace, chart] of [
      ["nginx-gateway", "nginx-gateway-fabric"],
      ["cert-manager", "cert-manager"],
      ["gpu-operator", "gpu-operator"],
    ]) {
      assert.ok(await get(`/apis/apps/v1/namespaces/${namespace}/deployments/${chart}`), chart);
    }
  });

  it("points the GPU operator at no K3s: the nodes run none", async () => {
    const path = "/api/v1/namespaces/gpu-operator/configmaps/gpu-operator-values";
    const given = await site.cluster.get<{ readonly data: { readonly values: string } }>(path);
    assert.match(given?.data.values ?? "", /"toolkit"/);
    assert.doesNotMatch(given?.data.values ?? "", /k3s/);
  });

  it("runs provider and hostname operator in the Gateway's mode", async () => {
    for (const [kind, name] of [
      ["statefulsets", "akash-provider"],
      ["deployments", "operator-hostname"],
    ]) {
      const workload = await get(`/apis/apps/v1/namespaces/akash-services/${kind}/${name}`);
      const variables = (workload?.spec.template?.spec.containers ?? []).flatMap(({ env = [] }) => env);
      const valueIn = (variable: string) => variables.find((one) => one.name === variable)?.value;
      assert.deepEqual(
        ["AP_INGRESS_MODE", "AP_GATEWAY_NAME", "AP_GATEWAY_NAMESPACE"].map(valueIn),
        ["gateway-api", "akash-gateway", "akash-gateway"],
        name,
      );
    }
  });

  it("has no drift afterwards", async () => {
    const { code, stdout, stderr } = await run("drift");
    assert.equal(code, 0, stdout + stderr);
    const { drift, pending } = JSON.parse(stdout) as { drift: unknown[]; pending: unknown[] };
    assert.deepEqual([drift, pending], [[], []]);
  });
});
