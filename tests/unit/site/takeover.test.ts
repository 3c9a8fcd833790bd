import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { DECLARED } from "../../../components/site/takeover/declared.ts";
import { describeTakeover, planTakeover } from "../../../components/site/takeover/index.ts";
import type { TakeoverItem } from "../../../components/site/takeover/types.ts";
import { storageOf } from "../../../components/site/takeover/views.ts";
import { actions, context, nothing, OTHER, OWNER, object, plan, release } from "./earlierSetUp.ts";

const NAMES = [...new Set(Object.values(DECLARED).flat()), "akash-provider-keys", "beta3", "other", "redis"];
const anyName = fc.constantFrom(...NAMES, "home-akash-provider-0", "sh.helm.release.v1.akash-provider.v3");
const anyObject = fc
  .record({
    kind: fc.constantFrom(...Object.keys(DECLARED), "Secret", "PersistentVolumeClaim", "StorageClass", "Job"),
    name: anyName,
    ours: fc.boolean(),
    release: fc.option(fc.constantFrom("akash-provider", "akash-node", "redis")),
    subjects: fc.array(
      fc.record({
        kind: fc.constant("ServiceAccount"),
        namespace: fc.constant("akash-services"),
        name: anyName,
      }),
    ),
    role: fc.constantFrom("cluster-admin", "akash-provider", "view"),
    workload: fc.record({
      role: fc.constantFrom("provider" as const, "hostname" as const, "ip" as const, undefined),
      from: fc.constantFrom(OWNER, OTHER, "provider", undefined),
    }),
  })
  .map(({ kind, name, ours, release: helm, subjects, role, workload }) =>
    object(kind, name, {
      labels: ours ? { "app.kubernetes.io/managed-by": "pulumi-akash" } : { name: helm ?? "" },
      annotations: helm === null ? {} : { "meta.helm.sh/release-name": helm },
      ...(kind === "ClusterRoleBinding" ? { binding: { role, subjects } } : {}),
      ...(kind === "Deployment" || kind === "StatefulSet"
        ? {
            workload: {
              role: workload.role,
              matchLabels: { app: name },
              account: name,
              key: { from: workload.from, configMaps: [] },
            },
          }
        : {}),
    }),
  );

describe("takeover plan", () => {
  it("is empty for a cluster of ours and for a foreign one without a provider", () => {
    fc.assert(
      fc.property(fc.array(anyObject), (objects) => {
        const ours = objects.map((item) => ({
          ...item,
          labels: { "app.kubernetes.io/managed-by": "pulumi-akash" },
        }));
        assert.deepEqual(plan(ours), { items: [], blockers: [] });
      }),
    );
    assert.deepEqual(plan([object("Secret", "redis"), object("Deployment", "redis")]).items, []);
  });

  it("never touches what is ours, and each foreign object once", () => {
    fc.assert(
      fc.property(fc.array(anyObject), (objects) => {
        const unique = [...new Map(objects.map((item) => [item.path, item])).values()];
        const paths = plan(unique).items.flatMap(({ path }) => path ?? []);
        assert.equal(new Set(paths).size, paths.length);
        for (const { path, labels } of unique) {
          if (labels["app.kubernetes.io/managed-by"] === "pulumi-akash") assert.ok(!paths.includes(path));
        }
      }),
    );
  });

  it("never deletes what may hold a lease's data, nor rights of others", () => {
    const precious = ["Namespace", "CustomResourceDefinition", "PersistentVolumeClaim"];
    fc.assert(
      fc.property(fc.array(anyObject), (objects) => {
        for (const item of plan(objects).items) {
          const deleted = item.action === "remove" || item.action === "replace";
          if (precious.includes(item.kind)) assert.ok(!deleted, `${item.action} ${item.kind}`);
          if (item.action === "remove") assert.notEqual(item.kind, "StorageClass");
          if (deleted) assert.ok(item.path);
        }
      }),
    );
  });

  it("never removes an object of a release that the site takes nothing of", () => {
    fc.assert(
      fc.property(fc.array(anyObject), (objects) => {
        const foreign = [...objects, object("Secret", "data", release("redis")), object("Secret", "mine")];
        const declared = foreign.some(
          ({ kind, name, annotations }) =>
            DECLARED[kind]?.includes(name) && annotations["meta.helm.sh/release-name"] === "redis",
        );
        const removed = plan(foreign).items.map(({ name }) => name);
        if (!declared) assert.ok(!removed.includes("data"));
        assert.ok(!removed.includes("mine"));
      }),
    );
  });

  it("removes Helm's records of releases it takes over, and of no others", () => {
    const record = (name: string) => object("Secret", `sh.helm.release.v1.${name}.v1`, { labels: { name } });
    assert.deepEqual(
      actions([
        object("Service", "akash-provider", release("akash-provider")),
        record("akash-provider"),
        record("akash-node-1"),
      ]),
      ["adopt akash-provider", "remove sh.helm.release.v1.akash-provider.v1"],
    );
  });

  it("finds the rest of a takeover that was interrupted by the annotations of what is ours already", () => {
    const ours = object("Service", "akash-provider", {
      labels: { "app.kubernetes.io/managed-by": "pulumi-akash" },
      ...release("akash-provider"),
    });
    assert.deepEqual(
      actions([ours, object("ConfigMap", "akash-provider-scripts", release("akash-provider"))]),
      ["remove akash-provider-scripts"],
    );
  });

  it("keeps the provider's volume and warns of its files' owner where nobody changes it", () => {
    const claim = (storageClass: string) =>
      plan([object("PersistentVolumeClaim", "home-akash-provider-0", { storageClass })]).items[0]?.reason;
    assert.match(claim("local-path") ?? "", /10001/);
    assert.doesNotMatch(claim("rook-ceph") ?? "", /10001/);
  });

  it("makes a storage class anew only where it cannot be changed", () => {
    const beta3 = (parts: object) => object("StorageClass", "beta3", { storage: storageOf(parts) });
    assert.deepEqual(actions([beta3({ provisioner: "rancher.io/local-path" })]), ["adopt beta3"]);
    assert.deepEqual(actions([beta3({ provisioner: "rbd.csi.ceph.com" })]), ["replace beta3"]);
    assert.deepEqual(actions([object("StorageClass", "fast")]), []);
  });

  it("lets the pod of a workload run on only where the new one takes it over", () => {
    const provider = (matchLabels: Record<string, string>) =>
      plan([
        object("StatefulSet", "akash-provider", {
          workload: { role: "provider", matchLabels, account: "x", key: { from: OWNER, configMaps: [] } },
        }),
      ]).items[0]?.pods;
    assert.equal(provider({ app: "akash-provider" }), "Background");
    assert.equal(
      provider({
        app: "akash-provider",
        "app.kubernetes.io/name": "provider",
        "app.kubernetes.io/instance": "akash-provider",
      }),
      "Orphan",
    );
  });

  it("tells leases, custom resources and the record on chain with a takeover, and not alone", () => {
    const rest = { leases: 2, customResources: { manifests: 3, providerhosts: 0 } };
    const onChain = { hostUri: "https://old:8443", validCertificates: 1 };
    const told = planTakeover(
      { ...nothing, ...rest, objects: [object("Service", "akash-provider")] },
      { ...context, onChain },
    );
    assert.deepEqual(
      told.items.map(({ action, name }) => `${action} ${name}`),
      [
        "adopt akash-provider",
        "keep manifests (3)",
        "keep of leases (2)",
        `adopt ${OWNER}`,
        "keep valid (1)",
      ],
    );
    assert.deepEqual(planTakeover({ ...nothing, ...rest }, { ...context, onChain }).items, []);
  });
});

describe("takeover table", () => {
  const anyItem: fc.Arbitrary<TakeoverItem> = fc.record({
    action: fc.constantFrom("keep", "adopt", "replace", "remove"),
    kind: fc.constantFrom("StatefulSet", "CustomResourceDefinition", "on-chain record"),
    namespace: fc.constantFrom("akash-services", "elsewhere"),
    name: fc.constantFrom(OWNER, "sh.helm.release.v1.akash-inventory-operator.v12", "long".repeat(30)),
    reason: fc.constantFrom("made anew; its pod runs on until the new one takes its place", "short"),
    leases: fc.constantFrom("", "keep running; the provider restarts"),
  });

  it("is at most 80 columns wide and tells every item whole", () => {
    fc.assert(
      fc.property(fc.array(anyItem, { minLength: 1, maxLength: 8 }), (items) => {
        const text = describeTakeover({ items, blockers: [] });
        for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
        const letters = text.replace(/\s/g, "");
        for (const { action, name } of items) assert.ok(letters.includes(action) && letters.includes(name));
      }),
    );
  });

  it("says nothing of nothing", () => {
    assert.equal(describeTakeover({ items: [], blockers: [] }), "");
  });
});
