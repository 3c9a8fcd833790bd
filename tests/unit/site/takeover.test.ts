import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { DECLARED } from "../../../components/site/takeover/declared.ts";
import { describeTakeover, planTakeover } from "../../../components/site/takeover/index.ts";
import type {
  ExistingObject,
  ExistingPod,
  ExistingSite,
  TakeoverItem,
} from "../../../components/site/takeover/types.ts";
import { storageOf } from "../../../components/site/takeover/views.ts";
import { declaredSite } from "../akash/declared.ts";

const OWNER = "akash1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9";
const OTHER = "akash1zzzsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9";
const context = {
  owner: OWNER,
  storageClasses: { beta3: storageOf({ provisioner: "rancher.io/local-path" }) },
};
const nothing: ExistingSite = { objects: [], pods: [], processes: [], leases: 0, customResources: {} };
const release = (name: string) => ({ annotations: { "meta.helm.sh/release-name": name } });

function object(kind: string, name: string, parts: Partial<ExistingObject> = {}): ExistingObject {
  const namespace =
    kind.startsWith("Cluster") || kind === "StorageClass" ? {} : { namespace: "akash-services" };
  return { kind, path: `/api/${kind}/${name}`, name, labels: {}, annotations: {}, ...namespace, ...parts };
}

function pod(parts: Partial<ExistingPod> = {}): ExistingPod {
  return {
    namespace: "elsewhere",
    name: "provider-0",
    role: "provider",
    ours: false,
    controller: { kind: "StatefulSet", name: "provider" },
    key: { from: OWNER, configMaps: [] },
    ...parts,
  };
}

const account = (name: string, namespace = "akash-services") => ({ kind: "ServiceAccount", namespace, name });
const binding = (name: string, role: string, ...subjects: ReturnType<typeof account>[]) =>
  object("ClusterRoleBinding", name, { binding: { role, subjects } });

function plan(objects: ExistingObject[], parts: Partial<ExistingSite> = {}) {
  return planTakeover({ ...nothing, objects, ...parts }, context);
}

function actions(objects: ExistingObject[]): string[] {
  return plan(objects).items.map(({ action, name }) => `${action} ${name}`);
}

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

describe("bindings in a takeover", () => {
  it("removes all rights over the cluster from the account that the earlier provider ran as", () => {
    const provider = object("StatefulSet", "akash-provider", {
      workload: {
        role: "provider",
        matchLabels: {},
        account: "default",
        key: { from: OWNER, configMaps: [] },
      },
    });
    assert.deepEqual(actions([provider, binding("akash", "cluster-admin", account("default"))]), [
      "replace akash-provider",
      "remove akash",
    ]);
  });

  it("adopts one of the declared name unless it binds another role", () => {
    const declared = (role: string) => actions([binding("akash-provider", role, account("akash-provider"))]);
    assert.deepEqual(declared("akash-provider"), ["adopt akash-provider"]);
    assert.deepEqual(declared("cluster-admin"), ["replace akash-provider"]);
  });

  it("leaves one that names others too, and those of others", () => {
    const shared = binding("admins", "cluster-admin", account("akash-provider"), account("ops", "ops"));
    assert.deepEqual(actions([shared]), ["keep admins"]);
    assert.deepEqual(actions([binding("node", "view", account("akash-node"))]), []);
    assert.deepEqual(actions([binding("x", "cluster-admin", account("akash-provider", "elsewhere"))]), []);
  });
});

describe("second signers", () => {
  const blockers = (pods: ExistingPod[], processes: ExistingSite["processes"] = []) =>
    plan([], { pods, processes }).blockers.map(({ place }) => place);

  it("are providers that may sign with the site's wallet and are not taken over", () => {
    assert.deepEqual(blockers([pod()]), ["StatefulSet elsewhere/provider"]);
    assert.deepEqual(blockers([pod({ key: { from: "mykey", configMaps: [] } })]), [
      "StatefulSet elsewhere/provider",
    ]);
    assert.deepEqual(blockers([pod({ key: { from: OTHER, configMaps: [] } })]), []);
    assert.deepEqual(blockers([pod({ ours: true }), pod({ role: "inventory" })]), []);
    const taken = {
      namespace: "akash-services",
      controller: { kind: "StatefulSet", name: "akash-provider" },
    };
    assert.deepEqual(blockers([pod(taken)]), []);
    assert.deepEqual(
      blockers([pod({ ...taken, controller: { kind: "Deployment", name: "akash-provider" } })]),
      ["Deployment akash-services/akash-provider"],
    );
  });

  it("are named once, however many pods they have, with what stops them", () => {
    const { blockers: found } = plan([], { pods: [pod(), pod({ name: "provider-1" })] });
    assert.equal(found.length, 1);
    assert.match(found[0]?.remedy ?? "", /kubectl -n elsewhere scale statefulset\/provider --replicas=0/);
    const bare = plan([], { pods: [pod({ controller: { kind: "Pod", name: "provider-0" } })] }).blockers[0];
    assert.match(bare?.remedy ?? "", /delete pod provider-0/);
  });

  it("may run on this machine", () => {
    assert.deepEqual(blockers([], [{ pid: 7, from: undefined }]), ["process 7 on this machine"]);
    assert.deepEqual(blockers([], [{ pid: 7, from: OTHER }]), []);
  });

  it("are stopped providers no more, and those without the wallet stay", () => {
    const stopped = (from: string | undefined) =>
      actions([
        object("Deployment", "old", {
          workload: { role: "provider", matchLabels: {}, account: "x", key: { from, configMaps: [] } },
        }),
      ]);
    assert.deepEqual(stopped(OWNER), ["remove old"]);
    assert.deepEqual(stopped(OTHER), ["keep old"]);
    assert.deepEqual(stopped(undefined), ["keep old"]);
  });

  it("include no operator, but one in another namespace goes", () => {
    const stray = pod({ role: "inventory", controller: { kind: "Deployment", name: "inventory" } });
    const { items, blockers: found } = plan([], { pods: [stray, stray] });
    assert.deepEqual(found, []);
    assert.deepEqual(
      items.map(({ action, path }) => [action, path]),
      [["remove", "/apis/apps/v1/namespaces/elsewhere/deployments/inventory"]],
    );
  });
});

describe("declared names", () => {
  it("are those that the components declare", async function () {
    this.timeout(30_000);
    const declared = (await declaredSite()).filter(({ metadata }) => !/operator-ip$/.test(metadata.name));
    for (const [kind, names] of Object.entries(DECLARED)) {
      const found = declared.filter((item) => item.kind === kind).map(({ metadata }) => metadata.name);
      assert.deepEqual([...names].sort(), [...new Set(found)].sort(), kind);
    }
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
