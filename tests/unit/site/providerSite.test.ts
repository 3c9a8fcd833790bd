import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { LEASE_EGRESS } from "../../../components/akash/boundary/leaseEgress.ts";
import { PROVIDER_VERSION } from "../../../components/akash/versions.ts";
import { parseSiteConfig } from "../../../components/site/config.ts";
import type { ObservedSite } from "../../../components/site/observe.ts";
import { policyConfig } from "../../../policies/index.ts";
import { pinnedImages } from "../../../policies/rules/pinnedImages.ts";
import { declaredObjects, type KubernetesObject } from "../akash/declared.ts";
import { findings, object } from "../policies/declared.ts";
import { declaration } from "./declarations.ts";

const observed: ObservedSite = {
  owner: "akash1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9",
  chain: { chainId: "chain-1", generation: "v2", rpc: "https://rpc.example.net:443" },
  gpu: { devices: [], problems: [] },
  address: "203.0.113.10",
  mutatingAdmission: "v1beta1",
  kubeconfig: "",
};

/** What a whole site declares to Kubernetes. */
async function declared(
  changes: Record<string, unknown>,
  alsoObserved: Partial<ObservedSite> = {},
): Promise<readonly KubernetesObject[]> {
  const config = parseSiteConfig(
    declaration({ ingress: { mode: "classic", controller: "none" }, ...changes }),
  );
  return declaredObjects(async () => {
    const { ProviderSite } = await import("../../../components/site/ProviderSite.ts");
    new ProviderSite("garage", { config, observed: { ...observed, ...alsoObserved } });
  });
}

interface Workload {
  readonly template: {
    readonly spec: {
      readonly containers: readonly {
        readonly image: string;
        readonly env: readonly { readonly name: string; readonly value?: string }[];
      }[];
    };
  };
}

/** Workloads by name: the only container of each. */
function workloads(objects: readonly KubernetesObject[]) {
  const found = objects.filter(({ kind }) => ["Deployment", "StatefulSet"].includes(kind));
  return new Map(
    found.map(({ metadata, spec }) => {
      const [container] = (spec as Workload).template.spec.containers;
      assert.ok(container);
      const environment = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
      return [metadata.name, { image: container.image, environment }];
    }),
  );
}

describe("a site's declaration as objects of the cluster", function () {
  this.timeout(30_000);

  it("gives the provider its network's endpoint and price of gas", async () => {
    const network = { chainId: "chain-1", rpc: ["https://rpc.example.net:443"], gasPrice: "0.1uact" };
    const environment = workloads(await declared({ network })).get("akash-provider")?.environment ?? {};
    assert.deepEqual(
      [environment["AP_CHAIN_ID"], environment["AP_NODE"], environment["AP_GAS_PRICES"]],
      ["chain-1", "https://rpc.example.net:443", "0.1uact"],
    );
  });

  it("takes the image of provider and operators from the site's own registry, which the policies then know", async () => {
    const images = "registry.lan:5000/akash";
    const site = { mirror: { images } };
    const objects = await declared(site);
    assert.deepEqual(
      [...workloads(objects)].map(([name, { image }]) => [name, image]).toSorted(),
      ["akash-provider", "operator-hostname", "operator-inventory"].map((name) => [
        name,
        `${images}/provider:${PROVIDER_VERSION}`,
      ]),
    );
    const settings = policyConfig(parseSiteConfig(declaration(site)))["pinned-images"] ?? {};
    const provider = objects.find(({ kind }) => kind === "StatefulSet");
    const judged = object("apps/v1:StatefulSet", { ...provider });
    assert.deepEqual(findings(pinnedImages, judged, settings), []);
    assert.equal(findings(pinnedImages, judged).length, 1);
  });

  it("leases addresses, opens the metrics and keeps leases from networks only where it says so", async () => {
    const summary = async (provider: object) => {
      const objects = await declared({ provider });
      const found = workloads(objects);
      const specs = (name: string) =>
        JSON.stringify(objects.filter(({ metadata }) => metadata.name === name).map(({ spec }) => spec));
      return {
        enabled: found.get("akash-provider")?.environment["AP_IP_OPERATOR"],
        pool: found.get("operator-ip")?.environment["AP_METAL_LB_POOL"],
        operator: found.get("operator-ip")?.environment["AP_PROVIDER"],
        metrics: /"kubernetes.io\/metadata.name":"monitoring"/.test(specs("akash-provider")),
        lan: specs(LEASE_EGRESS).includes("198.51.100.0/24"),
      };
    };
    assert.deepEqual(await summary({}), {
      enabled: "false",
      pool: undefined,
      operator: undefined,
      metrics: false,
      lan: false,
    });
    const all = { ipLeases: { pool: "public" }, metricsNamespaces: ["monitoring"], lan: ["198.51.100.0/24"] };
    assert.deepEqual(await summary(all), {
      enabled: "true",
      pool: "public",
      operator: observed.owner,
      metrics: true,
      lan: true,
    });
    const { pool, operator } = await summary({ ipLeases: {} });
    assert.deepEqual([pool, operator], [undefined, observed.owner], "MetalLB's own default pool");
  });

  it("points the GPU operator at the containerd of the cluster that it was shown", async () => {
    const pricing = { gpu: { rtx5090: 120 } };
    const socket = async (alsoObserved: Partial<ObservedSite>) => {
      const objects = await declared({ pricing }, alsoObserved);
      const releases = objects as readonly unknown[] as readonly { name?: string; values?: unknown }[];
      const operator = releases.find(({ name }) => name === "gpu-operator");
      assert.ok(operator);
      return JSON.stringify(operator.values).includes("/run/k3s/containerd/containerd.sock");
    };
    assert.equal(await socket({ distribution: "k3s" }), true);
    assert.equal(await socket({ distribution: "other" }), false);
  });

  it("says why GPUs of an existing cluster are not advertised", async () => {
    const message = "Node one has rtx5090 but offers no GPU to pods.";
    const gpu = { devices: [], problems: [{ kind: "not-allocatable" as const, node: "one", message }] };
    let problems: unknown;
    await declaredObjects(async () => {
      const { ProviderSite } = await import("../../../components/site/ProviderSite.ts");
      const config = parseSiteConfig(
        declaration({ ingress: { mode: "classic", controller: "none" }, gpu: { operator: "none" } }),
      );
      const site = new ProviderSite("garage", { config, observed: { ...observed, gpu } });
      site.gpu.problems.apply((found) => {
        problems = found;
      });
    });
    assert.deepEqual(problems, [message]);
  });

  it("warns of what may keep tenants from reaching it", async () => {
    const warnings: unknown[] = [];
    const { warn } = console;
    console.warn = (text: unknown) => warnings.push(text);
    try {
      await declared({}, { addressWarning: "Another router stands before it." });
    } finally {
      console.warn = warn;
    }
    assert.deepEqual(warnings, ["warning: [runtime] Another router stands before it."]);
  });
});
