import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import type { SiteConfig } from "../../../components/site/config.ts";
import { DECLARED, DECLARED_WITH, partsOf } from "../../../components/site/takeover/declared.ts";
import { planTakeover } from "../../../components/site/takeover/index.ts";
import type { ExistingObject, SitePart } from "../../../components/site/takeover/types.ts";
import { declaredObjects, declaredSite, type KubernetesObject } from "../akash/declared.ts";
import { account, binding, context, nothing, object, release } from "./earlierSetUp.ts";

describe("an earlier operator of leased addresses", () => {
  const deployment = object("Deployment", "operator-ip", {
    ...release("akash-ip-operator"),
    workload: {
      role: "ip",
      matchLabels: {},
      account: "ip-account",
      key: { from: undefined, configMaps: [] },
    },
  });
  const earlier = [
    deployment,
    object("Service", "operator-ip"),
    object("Secret", "sh.helm.release.v1.akash-ip-operator.v1", { labels: { name: "akash-ip-operator" } }),
    binding("all-for-ip", "cluster-admin", account("ip-account")),
  ];
  const planned = (ipLeases: boolean) =>
    planTakeover(
      { ...nothing, objects: earlier },
      { ...context, parts: ipLeases ? ["ipLeases"] : [] },
    ).items.map(({ action, name }) => `${action} ${name}`);

  it("is left alone by a site that leases none, and replaced by one that does", () => {
    assert.deepEqual(planned(false), ["keep operator-ip"]);
    assert.deepEqual(planned(true), [
      "replace operator-ip",
      "adopt operator-ip",
      "remove sh.helm.release.v1.akash-ip-operator.v1",
      "remove all-for-ip",
    ]);
  });
});

describe("an earlier way in", () => {
  const official = { ...release("akash-gateway"), namespace: "akash-gateway" };
  const earlier = [
    object("Service", "akash-provider"),
    object("Gateway", "akash-gateway", { ...official, listeners: ["http", "tcp-8443", "tcp-5002"] }),
    object("TCPRoute", "akash-provider-8443", release("akash-gateway")),
    object("TCPRoute", "akash-provider-5002", release("akash-gateway")),
    object("ClientSettingsPolicy", "global-client-settings", official),
    object("Secret", "sh.helm.release.v1.akash-gateway.v1", { labels: { name: "akash-gateway" } }),
    object("Namespace", "akash-gateway"),
    object("Namespace", "ingress-nginx", release("ingress-nginx")),
    object("IngressClass", "akash-ingress-class", release("ingress-nginx")),
    object("RuntimeClass", "nvidia"),
  ];
  const planned = (objects: ExistingObject[], ...parts: SitePart[]) =>
    planTakeover({ ...nothing, objects }, { ...context, parts }).items.map(
      ({ action, kind, name }) => `${action} ${kind} ${name}`,
    );

  it("is taken over by a site with a Gateway: routes and records that would undo it go, settings stay", () => {
    assert.deepEqual(planned(earlier, "gateway", "runtimeClass"), [
      "adopt Service akash-provider",
      "adopt Gateway akash-gateway",
      "adopt TCPRoute akash-provider-8443",
      "remove TCPRoute akash-provider-5002",
      "keep ClientSettingsPolicy global-client-settings",
      "remove Secret sh.helm.release.v1.akash-gateway.v1",
      "adopt Namespace akash-gateway",
      "adopt RuntimeClass nvidia",
      "remove Listener tcp-5002",
      "keep Namespace ingress-nginx",
      "keep IngressClass akash-ingress-class",
    ]);
    const withController = planned(earlier, "gateway", "gatewayPolicies");
    assert.ok(withController.includes("adopt ClientSettingsPolicy global-client-settings"));
  });

  it("is left alone by a site with Ingress objects, but for their class", () => {
    assert.deepEqual(planned(earlier, "classic"), [
      "adopt Service akash-provider",
      "adopt Namespace ingress-nginx",
      "adopt IngressClass akash-ingress-class",
      "keep Namespace akash-gateway",
    ]);
  });

  it("is not told where nothing is taken over", () => {
    assert.deepEqual(planned([object("Namespace", "ingress-nginx")], "gateway"), []);
    const ours = { annotations: { "pulumi.com/patchForce": "true" } };
    const mine = object("IngressClass", "akash-ingress-class", ours);
    assert.deepEqual(planned([object("Service", "akash-provider"), mine], "gateway"), [
      "adopt Service akash-provider",
    ]);
  });
});

describe("declared names", () => {
  let declared: readonly KubernetesObject[];
  before(async function () {
    this.timeout(30_000);
    const rest = await declaredObjects(async () => {
      const { ClassicIngress, GatewayIngress } = await import("../../../components/ingress/index.ts");
      const { GpuSupport } = await import("../../../components/gpu/index.ts");
      new GatewayIngress("gateway", { domain: "example.com", crds: "existing" });
      new ClassicIngress("classic", { domain: "example.com", controller: "none" });
      new GpuSupport("gpu");
    });
    declared = [...(await declaredSite()), ...rest];
  });
  const declares = (kind: string, name: string) =>
    declared.some((item) => item.kind === kind && item.metadata.name === name);

  it("are those that the components declare", () => {
    const parts = Object.values(DECLARED_WITH);
    for (const [kind, names] of Object.entries(DECLARED)) {
      const found = declared.filter((item) => item.kind === kind).map(({ metadata }) => metadata.name);
      const known = [...names, ...parts.flatMap((part) => part[kind] ?? [])];
      // Namespaces of controllers that are installed from charts come with their releases.
      const missing = [...new Set(found)].filter((name) => !known.includes(name));
      assert.deepEqual(missing.sort(), kind === "Namespace" ? ["cert-manager", "nginx-gateway"] : [], kind);
      for (const name of names) assert.ok(declares(kind, name), `${kind} ${name}`);
    }
    for (const part of parts) {
      for (const [kind, names] of Object.entries(part)) {
        for (const name of names) assert.ok(declares(kind, name), `${kind} ${name}`);
      }
    }
  });

  it("are counted by the parts that the stack file declares", () => {
    const site = (mode: "gateway" | "classic", controller: "chart" | "none", operator: "chart" | "none") =>
      partsOf({ provider: {}, ingress: { mode, controller }, gpu: { operator } } as SiteConfig);
    assert.deepEqual(site("gateway", "chart", "chart"), ["gateway", "gatewayPolicies"]);
    assert.deepEqual(site("gateway", "none", "none"), ["gateway", "runtimeClass"]);
    assert.deepEqual(site("classic", "chart", "chart"), ["classic"]);
  });
});
