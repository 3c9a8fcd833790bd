import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { mutatingAdmissionVersion } from "../../components/akash/boundary/detect.ts";
import { DENIED } from "../../components/akash/rbac/denied.ts";
import { rulesOf } from "../../components/akash/rbac/plan.ts";
import type { RbacOptions, Subject } from "../../components/akash/rbac/types.ts";
import type { Cluster } from "../../components/cluster/index.ts";
import { objectPath } from "./akashCluster.ts";
import { create, eventually, LEASE, refused, startAkashCluster } from "./akashFixtures.ts";

const SUBJECTS: readonly Subject[] = [
  "akash-provider",
  "operator-hostname",
  "operator-inventory",
  "operator-inventory-hardware-discovery",
  "operator-ip",
];
const SITE: RbacOptions = { ingressMode: "gateway", registryCredentials: true, attestation: false };

describe("Akash components on a cluster", function () {
  this.timeout(120_000);
  let cluster: Awaited<ReturnType<typeof startAkashCluster>>;
  before(async function () {
    this.timeout(300_000);
    cluster = await startAkashCluster();
  });
  after(async () => cluster?.stop());

  it("are accepted by the API server, with no unknown field", async () => {
    for (const object of cluster.objects)
      assert.ok(await cluster.admin.get(objectPath(object)), `${object.kind} ${object.metadata.name}`);
  });

  it("can tell that the API server offers what keeps leases out of the site's networks", async () => {
    assert.equal(await mutatingAdmissionVersion(cluster.admin), "v1beta1");
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
      it(`lets ${subject} do all that upstream's calls need`, async () => {
        for (const rule of rulesOf(subject, SITE)) {
          for (const verb of rule.verbs) {
            const where = rule.namespace ?? (CLUSTER_SCOPED.includes(rule.resource) ? undefined : LEASE);
            const allowed = await mayI(cluster.admin, subject, {
              verb,
              group: rule.group,
              ...resourceOf(rule.resource),
              ...(where === undefined ? {} : { namespace: where }),
              ...(rule.names === undefined ? {} : { name: rule.names[0] }),
            });
            assert.equal(allowed, true, `${verb} ${rule.resource} (${rule.source})`);
          }
        }
      });
    }

    it("denies what is listed as denied", async () => {
      for (const { subjects, verb, group, resource, namespace: within, name } of DENIED) {
        for (const subject of subjects) {
          const places =
            within === undefined && !CLUSTER_SCOPED.includes(resource)
              ? [undefined, "akash-services", "kube-system"]
              : [within];
          for (const place of places) {
            const where = place === undefined ? {} : { namespace: place };
            const asked = {
              verb,
              group,
              ...resourceOf(resource),
              ...where,
              ...(name === undefined ? {} : { name }),
            };
            if (place !== undefined && isOwnNamespaceRule(subject, verb, resource, place)) continue;
            assert.equal(
              await mayI(cluster.admin, subject, asked),
              false,
              `${subject}: ${JSON.stringify(asked)}`,
            );
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

const CLUSTER_SCOPED = [
  "namespaces",
  "nodes",
  "nodes/proxy",
  "persistentvolumes",
  "storageclasses",
  "clusterroles",
  "clusterrolebindings",
  "customresourcedefinitions",
  "certificatesigningrequests",
  "validatingadmissionpolicies",
  "validatingwebhookconfigurations",
  "mutatingwebhookconfigurations",
  "priorityclasses",
  "users",
  "groups",
];

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
