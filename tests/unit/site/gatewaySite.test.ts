import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { pinOf } from "../../../components/charts/sources.ts";
import { parseSiteConfig } from "../../../components/site/config.ts";
import { writeStandInCharts } from "../../support/charts/standIns.ts";
import { declaredObjects, type KubernetesObject } from "../akash/declared.ts";
import { declaration } from "./declarations.ts";

interface Workload {
  readonly template: {
    readonly spec: {
      readonly containers: readonly { readonly env: readonly { readonly name: string; value?: string }[] }[];
    };
  };
}

/** Variable of this test alone; what it holds is sent nowhere. */
const TOKEN = "TEST_GATEWAY_DNS_TOKEN";

/** What a real site is where it declares nothing else: a Gateway, controllers from charts, certificates by DNS. */
describe("a site with a Gateway and charts, as objects of the cluster", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "pulumi-akash-gateway-"));
  const cache = process.env["PULUMI_AKASH_CACHE"];
  let objects: readonly KubernetesObject[];

  before(async () => {
    // Of the Gateway API's definitions only that they are declared matters here; the real ones take a download.
    const definition = { metadata: { name: "gateways.gateway.networking.k8s.io" }, spec: {} };
    mkdirSync(join(folder, "crds"));
    const { version } = pinOf("crds", "gateway-api");
    writeFileSync(join(folder, "crds", `gateway-api-${version}.json`), JSON.stringify([definition]));
    process.env["PULUMI_AKASH_CACHE"] = folder;
    process.env[TOKEN] = "no-token";
    writeStandInCharts(join(folder, "charts"), []);
    const config = parseSiteConfig(
      declaration({
        ingress: { mode: "gateway", controller: "chart" },
        tls: { issuer: "letsencrypt-dns01" },
        dns: { provider: "cloudflare", zone: "example.com", tokenEnv: TOKEN },
        pricing: { gpu: { rtx5090: 120 } },
        mirror: { charts: join(folder, "charts") },
      }),
    );
    objects = await declaredObjects(async () => {
      const { ProviderSite } = await import("../../../components/site/ProviderSite.ts");
      new ProviderSite("garage", {
        config,
        observed: {
          owner: "akash1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9",
          chain: { chainId: "chain-1", generation: "v2", rpc: "https://rpc.example.net:443" },
          gpu: { devices: [], problems: [] },
          address: "203.0.113.10",
          mutatingAdmission: "v1beta1",
          kubeconfig: "",
        },
      });
    });
  });
  after(() => {
    delete process.env[TOKEN];
    if (cache === undefined) delete process.env["PULUMI_AKASH_CACHE"];
    else process.env["PULUMI_AKASH_CACHE"] = cache;
    rmSync(folder, { recursive: true, force: true });
  });

  const named = (wanted: string) =>
    objects.filter(({ kind }) => kind === wanted).map(({ metadata }) => metadata.name);
  const environmentOf = (name: string) => {
    const workload = objects.find(
      ({ kind, metadata }) => ["Deployment", "StatefulSet"].includes(kind) && metadata.name === name,
    );
    assert.ok(workload, name);
    const [container] = (workload.spec as Workload).template.spec.containers;
    return Object.fromEntries((container?.env ?? []).map(({ name: variable, value }) => [variable, value]));
  };

  it("has the Gateway, the provider's routes and the definitions that they are of", () => {
    assert.deepEqual(named("Gateway"), ["akash-gateway"]);
    assert.deepEqual(named("TCPRoute"), ["akash-provider-8443", "akash-provider-8444"]);
    assert.ok(named("CustomResourceDefinition").includes("gateways.gateway.networking.k8s.io"));
    assert.deepEqual(named("IngressClass"), []);
  });

  it("installs controllers and GPU operator from the mirror, each once", () => {
    const releases = (objects as readonly unknown[] as { chart?: string; name: string }[]).flatMap(
      ({ chart, name }) => (chart === undefined ? [] : [`${name} ${chart}`]),
    );
    assert.deepEqual(
      releases.toSorted(),
      ["cert-manager cert-manager", "gpu-operator gpu-operator", "ngf nginx-gateway-fabric"].map((line) =>
        line.replace(" ", ` ${folder}/charts/`),
      ),
    );
  });

  it("runs provider and hostname operator in the Gateway's mode, the provider with the certificate for browsers", () => {
    for (const name of ["akash-provider", "operator-hostname"]) {
      const environment = environmentOf(name);
      assert.deepEqual(
        [environment["AP_INGRESS_MODE"], environment["AP_GATEWAY_NAME"], environment["AP_GATEWAY_NAMESPACE"]],
        ["gateway-api", "akash-gateway", "akash-gateway"],
        name,
      );
    }
    assert.match(environmentOf("akash-provider")["AP_GATEWAY_TLS_CERT"] ?? "", /tls\.crt$/);
    const secrets = objects.flatMap(({ kind, spec, metadata }) =>
      kind === "Certificate" ? [`${metadata.namespace} ${(spec as { secretName: string }).secretName}`] : [],
    );
    assert.ok(secrets.includes("akash-services akash-provider-tls"), secrets.join());
  });

  it("declares no object twice", () => {
    const identities = objects.flatMap(({ apiVersion, kind, metadata }) =>
      kind === undefined || metadata?.name === undefined
        ? []
        : [[apiVersion, kind, metadata.namespace ?? "", metadata.name].join(" ")],
    );
    assert.ok(identities.length > 40);
    assert.deepEqual(
      identities.filter((one, index) => identities.indexOf(one) !== index),
      [],
    );
  });
});
