import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { ArtefactMissing, ensureCrds } from "../../components/charts/index.ts";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { gatewayListeners, providerRoutes } from "../../components/ingress/gatewayObjects.ts";
import type { TakeoverItem } from "../../components/site/takeover/index.ts";
import { type EmbeddedServices, ensureEmbedded } from "../../embedded/index.ts";
import { ensureToolchain, silentProgress } from "../../toolchain/index.ts";
import { Checkout } from "../support/checkout.ts";
import { officialGateway } from "../support/takeover/officialGateway.ts";
import { officialSetUp } from "../support/takeover/officialSetUp.ts";
import type { KubernetesObject } from "../unit/akash/declared.ts";
import { objectPath } from "./akashCluster.ts";
import { eventually } from "./akashFixtures.ts";

const GROUP = "/apis/gateway.networking.k8s.io";
const GATEWAY = `${GROUP}/v1/namespaces/akash-gateway/gateways/akash-gateway`;
const ROUTES = `${GROUP}/v1alpha2/namespaces/akash-services/tcproutes`;
const RECORD = "/api/v1/namespaces/akash-gateway/secrets/sh.helm.release.v1.akash-gateway.v1";

/** The embedded site with a Gateway, whose controller somebody else installed. */
describe("takeover of a way in by the Gateway API", function () {
  this.timeout(600_000);
  let checkout: Checkout;
  let services: EmbeddedServices;
  let cluster: Cluster;

  const apply = async (object: KubernetesObject): Promise<void> => {
    const query = "fieldManager=helm&force=true";
    await cluster.request("PATCH", `${objectPath(object)}?${query}`, object, "application/apply-patch+yaml");
  };
  const up = async (): Promise<TakeoverItem[]> => {
    const run = await checkout.run("up", "--json", "--yes");
    assert.equal(run.code, 0, run.stderr);
    return (JSON.parse(run.stdout) as { takeover: TakeoverItem[] }).takeover;
  };

  before(async function () {
    const definitions = await ensureCrds("gateway-api").catch((error: unknown) => {
      if (!(error instanceof ArtefactMissing)) throw error;
      console.log(`      skipped: ${error.message}`);
      this.skip();
    });
    checkout = await Checkout.create();
    const stack = await checkout.read("Pulumi.dev.yaml");
    await writeFile(
      join(checkout.folder, "Pulumi.dev.yaml"),
      stack.replace("mode: classic", "mode: gateway"),
    );
    const toolchain = await ensureToolchain({ tools: ["engine", "embedded"], progress: silentProgress });
    services = await ensureEmbedded({ folder: join(checkout.folder, ".embedded"), toolchain });
    cluster = await openCluster({ kubeconfigPath: services.cluster.kubeconfig });
    for (const { metadata, spec } of definitions) {
      const kind = "CustomResourceDefinition";
      await apply({ apiVersion: "apiextensions.k8s.io/v1", kind, metadata, spec });
    }
    for (const object of officialSetUp(services.wallet.address, "beta3")) await apply(object);
    await eventually(async () => {
      for (const object of officialGateway("old.test")) await apply(object);
    });
  });
  after(() => checkout?.remove());

  it("adopts Gateway and routes, removes what would undo it, and keeps the controllers of others", async () => {
    const planned = (await up())
      .filter(({ kind, namespace, name }) =>
        /Gateway|Route|Class$|^Namespace/.test(kind)
          ? kind !== "StorageClass"
          : namespace === "akash-gateway" && name,
      )
      .map(({ action, kind, name }) => `${action} ${kind} ${name}`);
    assert.deepEqual(planned.sort(), [
      "adopt Gateway akash-gateway",
      "adopt Namespace akash-gateway",
      "adopt Namespace akash-services",
      "adopt Namespace lease",
      "adopt TCPRoute akash-provider-8443",
      "adopt TCPRoute akash-provider-8444",
      "keep IngressClass akash-ingress-class",
      "keep Namespace ingress-nginx",
      "keep Namespace of leases (1)",
      "remove Listener tcp-5002",
      "remove Secret sh.helm.release.v1.akash-gateway.v1",
      "remove TCPRoute akash-provider-5002",
    ]);
    assert.equal(await cluster.get(RECORD), undefined);
    const routes = await cluster.get<{ items: { metadata: { name: string } }[] }>(ROUTES);
    assert.deepEqual(
      routes?.items.map(({ metadata }) => metadata.name),
      providerRoutes().map(({ name }) => name),
    );
    for (const kept of ["namespaces/ingress-nginx", "namespaces/akash-gateway"]) {
      assert.ok(await cluster.get(`/api/v1/${kept}`), kept);
    }
  });

  it("leaves nothing but the declared listeners and rules", async () => {
    const gateway = await cluster.get<{ spec: { listeners: { name: string; hostname?: string }[] } }>(
      GATEWAY,
    );
    const listeners = new Map(gateway?.spec.listeners.map(({ name, hostname }) => [name, hostname]));
    assert.deepEqual(
      [...listeners.keys()].sort(),
      gatewayListeners("akash.test")
        .map(({ name }) => name)
        .sort(),
    );
    assert.equal(listeners.get("https-wildcard"), "*.ingress.akash.test");
    for (const { name, spec } of providerRoutes()) {
      const route = await cluster.get<{ spec: { rules: unknown[]; parentRefs: unknown[] } }>(
        `${ROUTES}/${name}`,
      );
      assert.deepEqual(
        [route?.spec.rules.length, route?.spec.parentRefs.length],
        [1, spec.parentRefs.length],
      );
    }
    const drift = await checkout.run("drift", "--json");
    assert.equal(drift.code, 0, drift.stdout + drift.stderr);
  });

  it("finds nothing to take over any more", async () => {
    assert.deepEqual(await up(), []);
  });
});
