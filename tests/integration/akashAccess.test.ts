import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { mutatingAdmissionVersion } from "../../components/akash/boundary/detect.ts";
import { DENIED } from "../../components/akash/rbac/denied.ts";
import { planRoles, rulesOf } from "../../components/akash/rbac/plan.ts";
import type { RbacOptions, Rule, Subject, Verb } from "../../components/akash/rbac/types.ts";
import type { Cluster } from "../../components/cluster/index.ts";
import { declaredObjects, type KubernetesObject } from "../unit/akash/declared.ts";
import { objectPath, type TestCluster } from "./akashCluster.ts";
import { create, eventually, LEASE, namespace, refused, startAkashCluster } from "./akashFixtures.ts";
import { CLUSTER_SCOPED, isRequest, Replay } from "./akashReplay.ts";

const SUBJECTS: readonly Subject[] = [
  "akash-provider",
  "operator-hostname",
  "operator-inventory",
  "operator-inventory-hardware-discovery",
  "operator-ip",
];
const CEPH = "rook-ceph";
const either = [true, false];
/** Every site that there can be, as far as access goes. */
const OPTIONS: readonly RbacOptions[] = (["gateway", "classic"] as const).flatMap((ingressMode) =>
  either.flatMap((registryCredentials) =>
    either.flatMap((attestation) =>
      [{ cephNamespace: CEPH }, {}].map((ceph) => ({
        ingressMode,
        registryCredentials,
        attestation,
        ...ceph,
      })),
    ),
  ),
);
const SITE: RbacOptions = { ingressMode: "gateway", registryCredentials: true, attestation: false };

describe("Akash components on a cluster", function () {
  this.timeout(120_000);
  let cluster: Awaited<ReturnType<typeof startAkashCluster>>;
  before(async function () {
    this.timeout(300_000);
    cluster = await startAkashCluster();
    await cluster.apply(namespace(CEPH));
  });
  after(async () => cluster?.stop());

  it("are accepted by the API server, with no unknown field", async () => {
    for (const object of cluster.objects)
      assert.ok(await cluster.admin.get(objectPath(object)), `${object.kind} ${object.metadata.name}`);
  });

  it("can tell that the API server offers what keeps leases out of the site's networks", async () => {
    assert.equal(await mutatingAdmissionVersion(cluster.admin), "v1beta1");
  });

  it("let the inventory operator label a node with GPUs as it does, whole, and take the labels off again", async () => {
    const inventory = await cluster.as("operator-inventory");
    const nodes = await cluster.admin.get<{ items: { metadata: { name: string } }[] }>("/api/v1/nodes");
    const path = `/api/v1/nodes/${nodes?.items[0]?.metadata.name}`;
    const labels = async () => (await cluster.admin.get<KubernetesObject>(path))?.metadata.labels ?? {};
    const managed = (key: string) => key.startsWith("akash.network") || key === "nvidia.com/gpu.present";
    const others = Object.fromEntries(Object.entries(await labels()).filter(([key]) => !managed(key)));
    // One patch that replaces all labels (operator/inventory/node-discovery.go, generateLabels and its caller).
    const write = (value: object) =>
      inventory.request(
        "PATCH",
        path,
        [{ op: "add", path: "/metadata/labels", value }],
        "application/json-patch+json",
      );
    const gpu = "akash.network/capabilities.gpu.vendor.nvidia.model.rtx5090";
    const own = {
      "akash.network": "true",
      "nvidia.com/gpu.present": "true",
      [gpu]: "1",
      [`${gpu}.ram.32Gi`]: "1",
    };
    for (const expected of [others, { ...others, ...own }, others]) {
      await write(expected);
      assert.deepEqual(await labels(), expected);
    }
    await refused(write({ ...others, "nvidia.com/gpu.product": "H100" }), /begin with akash\.network/);
  });

  it("become ready on simulated nodes", async () => {
    for (const object of cluster.objects.filter(({ kind }) => ["Deployment", "StatefulSet"].includes(kind))) {
      await eventually(async () => {
        const { status } =
          (await cluster.admin.get<{ status?: { readyReplicas?: number } }>(objectPath(object))) ?? {};
        assert.equal(status?.readyReplicas, 1, `${object.metadata.name} is not ready`);
      });
    }
  });

  describe("access, as the API server decides it", () => {
    for (const subject of SUBJECTS) {
      it(`lets ${subject} make the calls of its table and no others, with every option`, async () => {
        const replay = await Replay.as(cluster.kubeconfig, subject);
        const all = new Set(OPTIONS.flatMap((options) => rulesOf(subject, options)));
        // Most options change nothing for most of them.
        const plans = new Map(
          OPTIONS.map((options) => [JSON.stringify(planRoles(subject, options)), options]),
        );
        for (const options of plans.values()) {
          await applyAccess(cluster, subject, options);
          const granted = new Set(rulesOf(subject, options));
          for (const rule of all) {
            for (const verb of rule.verbs) {
              const expected = isCovered({ ...rule, verb }, granted);
              // What was applied is in effect a moment later.
              await eventually(async () => {
                const call = `${verb} ${rule.resource} (${rule.source}) with ${JSON.stringify(options)}`;
                assert.equal(await replay.allows({ ...rule, verb }), expected, call);
              });
            }
          }
        }
        await applyAccess(cluster, subject, SITE);
      });
    }

    it("denies what is listed as denied", async () => {
      const replays = new Map<Subject, Replay>();
      for (const subject of SUBJECTS) replays.set(subject, await Replay.as(cluster.kubeconfig, subject));
      for (const { subjects, ...denied } of DENIED) {
        const { verb, resource, namespace: within, name } = denied;
        for (const subject of subjects) {
          const places =
            within === undefined && !CLUSTER_SCOPED.includes(resource)
              ? [undefined, "akash-services", "kube-system"]
              : [within];
          for (const place of places) {
            if (place !== undefined && isOwnNamespaceRule(subject, verb, resource, place)) continue;
            const where = place === undefined ? {} : { namespace: place };
            const call = { ...denied, ...where, ...(name === undefined ? {} : { names: [name] }) };
            const allowed = isRequest(verb)
              ? await replays.get(subject)?.allows(call)
              : await mayI(cluster.admin, subject, { ...call, ...resourceOf(resource) });
            assert.equal(allowed, false, `${subject}: ${JSON.stringify(call)}`);
          }
        }
      }
    });

    it("does not let the provider grant a lease more than it has", async () => {
      const provider = await cluster.as("akash-provider");
      const role = (name: string, resource: string, verb: string) => ({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: { name, namespace: LEASE },
        rules: [{ apiGroups: [""], resources: [resource], verbs: [verb] }],
      });
      await create(provider, role("logs", "pods/log", "get"));
      await refused(create(provider, role("greedy", "secrets", "list")));
      await refused(create(provider, role("wild", "*", "*")));
    });
  });
});

/** Gives a ServiceAccount what the site's components give it with these options, and nothing of former ones. */
async function applyAccess(
  { admin, apply }: TestCluster,
  subject: Subject,
  options: RbacOptions,
): Promise<void> {
  const group = "/apis/rbac.authorization.k8s.io/v1";
  for (const kind of ["roles", "rolebindings"])
    await admin.request("DELETE", `${group}/namespaces/${CEPH}/${kind}`);
  const objects = await declaredObjects(async () => {
    const { ServiceAccess } = await import("../../components/akash/ServiceAccess.ts");
    new ServiceAccess("t", { subject, options });
  });
  for (const object of objects) await apply(object);
}

/** Whether a rule of the set allows the call: its own, or a wider one. */
function isCovered(call: Rule & { readonly verb: Verb }, rules: ReadonlySet<Rule>): boolean {
  return [...rules].some(
    ({ group, resource, verbs, namespace: within, names }) =>
      group === call.group &&
      resource === call.resource &&
      verbs.includes(call.verb) &&
      (within === undefined || within === call.namespace) &&
      (names === undefined || (call.names?.every((name) => names.includes(name)) ?? false)),
  );
}

/** A list that denies something in general does not mean the namespace where it is meant to be allowed. */
function isOwnNamespaceRule(
  subject: Subject,
  verb: string,
  resource: string,
  namespaceName: string,
): boolean {
  return rulesOf(subject, SITE).some(
    (rule) =>
      rule.namespace === namespaceName &&
      rule.resource === resource &&
      rule.verbs.some((one) => one === verb),
  );
}

function resourceOf(resource: string): { resource: string; subresource?: string } {
  const [name = "", subresource] = resource.split("/");
  return { resource: name, ...(subresource === undefined ? {} : { subresource }) };
}

async function mayI(admin: Cluster, subject: Subject, resourceAttributes: object): Promise<boolean> {
  const review = await admin.request<{ status: { allowed: boolean } }>(
    "POST",
    "/apis/authorization.k8s.io/v1/subjectaccessreviews",
    {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: {
        user: `system:serviceaccount:akash-services:${subject}`,
        groups: ["system:serviceaccounts", "system:serviceaccounts:akash-services", "system:authenticated"],
        resourceAttributes,
      },
    },
  );
  return review?.status.allowed ?? false;
}
