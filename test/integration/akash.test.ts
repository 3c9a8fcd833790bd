import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { leaseExceptions } from "../../components/akash/boundary/addresses.ts";
import { mutatingAdmissionVersion } from "../../components/akash/boundary/detect.ts";
import { DENIED } from "../../components/akash/rbac/denied.ts";
import { rulesOf } from "../../components/akash/rbac/plan.ts";
import type { RbacOptions, Subject } from "../../components/akash/rbac/types.ts";
import type { Cluster } from "../../components/cluster/index.ts";
import { declaredSite, type KubernetesObject } from "../unit/akash/declared.ts";
import { objectPath, startTestCluster, type TestCluster } from "./akashCluster.ts";

const SUBJECTS: readonly Subject[] = [
  "akash-provider",
  "operator-hostname",
  "operator-inventory",
  "operator-inventory-hardware-discovery",
  "operator-ip",
];
const SITE: RbacOptions = { ingressMode: "gateway", registryCredentials: true, attestation: false };
const OWNER = "akash1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9";
const LEASE = "l1ea5e0000000000000000000000000000000000001";

/** Kinds that others need first; the rest follows. */
const FIRST = [
  "Namespace",
  "CustomResourceDefinition",
  "PriorityClass",
  "ServiceAccount",
  "ClusterRole",
  "Role",
];

describe("Akash components on a cluster", function () {
  this.timeout(120_000);
  let cluster: TestCluster;
  let objects: readonly KubernetesObject[] = [];

  before(async function () {
    this.timeout(300_000);
    objects = await declaredSite();
    cluster = await startTestCluster();
    const rank = ({ kind }: KubernetesObject): number =>
      FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length;
    await cluster.apply(namespace("metallb-system"));
    for (const object of objects.toSorted((a, b) => rank(a) - rank(b))) await cluster.apply(object);
    await cluster.apply(namespace(LEASE, leaseLabels(LEASE)));
  });
  after(async () => cluster?.stop());

  it("are accepted by the API server, with no unknown field", async () => {
    for (const object of objects)
      assert.ok(await cluster.admin.get(objectPath(object)), `${object.kind} ${object.metadata.name}`);
  });

  it("can tell that the API server offers what keeps leases out of the site's networks", async () => {
    assert.equal(await mutatingAdmissionVersion(cluster.admin), "v1beta1");
  });

  it("become ready on simulated nodes", async () => {
    for (const object of objects.filter(({ kind }) => ["Deployment", "StatefulSet"].includes(kind))) {
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

  describe("the boundary around leases", () => {
    let provider: Cluster;
    let inventory: Cluster;
    before(async () => {
      provider = await cluster.as("akash-provider");
      inventory = await cluster.as("operator-inventory");
    });

    it("lets the provider make, label and delete a lease's namespace, and no other", async () => {
      const name = "l1ea5e0000000000000000000000000000000000002";
      await create(provider, namespace(name, leaseLabels(name)));
      await provider.request("DELETE", `/api/v1/namespaces/${name}`);
      await refused(create(provider, namespace("mine")), /namespaces of leases/);
      for (const system of ["metallb-system", "akash-services", "lease"]) {
        await refused(provider.request("DELETE", `/api/v1/namespaces/${system}`), /namespaces of leases/);
        const current = await cluster.admin.get<KubernetesObject>(`/api/v1/namespaces/${system}`);
        assert.ok(current);
        const labelled = { ...current, metadata: { ...current.metadata, labels: leaseLabels(system) } };
        await refused(
          provider.request("PUT", `/api/v1/namespaces/${system}`, labelled),
          /namespaces of leases/,
        );
      }
    });

    it("lets the provider run workloads in leases alone, and none that reach the host", async () => {
      await create(provider, deployment(LEASE, "web"));
      for (const system of ["kube-system", "akash-services", "default"]) {
        await refused(create(provider, deployment(system, "web")), /namespace of a lease/);
      }
      const evil: Record<string, object> = {
        network: { hostNetwork: true },
        path: { volumes: [{ name: "root", hostPath: { path: "/" } }] },
        privileged: { containers: [{ name: "web", image: "web", securityContext: { privileged: true } }] },
        init: { initContainers: [{ name: "init", image: "web", securityContext: { privileged: true } }] },
      };
      for (const [name, pod] of Object.entries(evil)) {
        await refused(create(provider, deployment(LEASE, name, pod)), /no host namespaces, no host paths/);
      }
    });

    it("keeps the provider's writes to Secrets, roles and pods inside leases", async () => {
      const secret = (within: string) => ({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "docker-creds-web", namespace: within },
      });
      await create(provider, secret(LEASE));
      await refused(create(provider, secret("kube-system")), /namespace of a lease/);
      await refused(
        provider.request("DELETE", "/api/v1/namespaces/akash-services/services/akash-provider"),
        /namespace of a lease/,
      );
      await refused(
        provider.request(
          "POST",
          "/api/v1/namespaces/akash-services/pods/akash-provider-0/exec?command=sh&stdout=true",
        ),
        /namespace of a lease/,
      );
      const binding = {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { name: "mine", namespace: "akash-services" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "akash-provider" },
        subjects: [{ kind: "ServiceAccount", name: "akash-provider", namespace: "akash-services" }],
      };
      await refused(create(provider, binding), /namespace of a lease/);
    });

    it("lets the provider keep its own resources in the lease namespace", async () => {
      const host = {
        apiVersion: "akash.network/v2beta2",
        kind: "ProviderHost",
        metadata: { name: "a.ingress.example.com", namespace: "lease" },
        spec: {
          service_name: "web",
          hostname: "a.ingress.example.com",
          owner: OWNER,
          dseq: 1,
          gseq: 1,
          oseq: 1,
        },
      };
      await create(provider, host);
    });

    it("lets the inventory operator label nodes with what is Akash's, and nothing else", async () => {
      const nodes = await cluster.admin.get<{ items: { metadata: { name: string } }[] }>("/api/v1/nodes");
      const node = `/api/v1/nodes/${nodes?.items[0]?.metadata.name}`;
      const patch = (body: object) => inventory.request("PATCH", node, body, "application/merge-patch+json");
      await patch({ metadata: { labels: { "akash.network/capabilities.storage.class.beta3": "1" } } });
      await refused(
        patch({ metadata: { labels: { "node-role.kubernetes.io/control-plane": "" } } }),
        /begin with akash\.network/,
      );
      await refused(
        patch({ metadata: { labels: { "kubernetes.io/os": null } } }),
        /begin with akash\.network/,
      );
      await refused(patch({ spec: { unschedulable: true } }), /begin with akash\.network/);
    });

    it("lets the inventory operator start discovery pods that see /sys and no Secret", async () => {
      const sys = { name: "host-sys", hostPath: { path: "/sys", type: "Directory" } };
      const container = {
        name: "psutil",
        image: "provider",
        env: [{ name: "PCIDB_ENABLE_NETWORK_FETCH", value: "1" }],
        volumeMounts: [{ name: "host-sys", mountPath: "/host/sys", readOnly: true }],
      };
      const good = {
        serviceAccountName: "operator-inventory-hardware-discovery",
        containers: [container],
        volumes: [sys],
      };
      await create(inventory, discoveryPod("good", good));
      await inventory.request("DELETE", "/api/v1/namespaces/akash-services/pods/good");
      const keyring = { name: "host-sys", secret: { secretName: "akash-provider-keyring" } };
      const evil: Record<string, object> = {
        account: { ...good, serviceAccountName: "akash-provider" },
        keyring: { ...good, volumes: [keyring] },
        root: { ...good, volumes: [{ name: "host-sys", hostPath: { path: "/" } }] },
        writable: {
          ...good,
          containers: [{ ...container, volumeMounts: [{ name: "host-sys", mountPath: "/sys" }] }],
        },
        privileged: { ...good, containers: [{ ...container, securityContext: { privileged: true } }] },
        environment: {
          ...good,
          containers: [{ ...container, envFrom: [{ secretRef: { name: "akash-provider-keyring" } }] }],
        },
        network: { ...good, hostNetwork: true },
      };
      for (const [name, spec] of Object.entries(evil))
        await refused(create(inventory, discoveryPod(name, spec)), /namespace of a lease/);
      await refused(
        inventory.request("DELETE", "/api/v1/namespaces/akash-services/pods/akash-provider-0"),
        /namespace of a lease/,
      );
    });

    it("narrows the network policy that the provider writes for a lease", async () => {
      const policy = await create<{ spec: { egress: { to: { ipBlock?: { except: string[] } }[] }[] } }>(
        provider,
        leasePolicy(),
      );
      const block = policy?.spec.egress[2]?.to[0]?.ipBlock;
      assert.deepEqual(block?.except, [
        "10.0.0.0/8",
        "192.168.0.0/16",
        "172.16.0.0/12",
        ...leaseExceptions(["198.51.100.0/24"]),
      ]);
      assert.deepEqual(policy?.spec.egress[1], leasePolicy().spec.egress[1]);
    });

    it("refuses a network policy for a lease that it cannot narrow", async () => {
      const open = leasePolicy("hidden");
      const peers = [{ podSelector: {} }, { ipBlock: { cidr: "0.0.0.0/0" } }];
      await refused(
        create(provider, { ...open, spec: { ...open.spec, egress: [{ to: peers }] } }),
        /into networks of the site/,
      );
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

async function create<T>(as: Cluster, object: KubernetesObject): Promise<T | undefined> {
  return as.request<T>("POST", objectPath({ ...object, metadata: { ...object.metadata, name: "" } }), object);
}

async function refused(attempt: Promise<unknown>, message = /./): Promise<void> {
  await assert.rejects(attempt, { message });
}

async function eventually(check: () => Promise<void>, seconds = 60): Promise<void> {
  for (const end = Date.now() + seconds * 1000; ; ) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function namespace(name: string, labels: Readonly<Record<string, string>> = {}): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

/** Labels that the provider gives a lease's namespace (cluster/kube/builder/builder.go). */
function leaseLabels(name: string): Readonly<Record<string, string>> {
  return {
    "akash.network": "true",
    "akash.network/namespace": name,
    "akash.network/lease.id.owner": OWNER,
    "akash.network/lease.id.dseq": "1",
  };
}

function deployment(within: string, name: string, pod: object = {}): KubernetesObject {
  const labels = { app: name };
  const spec = { containers: [{ name: "web", image: "web" }], ...pod };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: within },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

function discoveryPod(name: string, spec: object): KubernetesObject {
  const labels = { "app.kubernetes.io/instance": "inventory-hardware-discovery" };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "akash-services", labels }, spec };
}

/** What the provider writes for every lease (cluster/kube/builder/netpol.go). */
function leasePolicy(name = "akash-deployment-restrictions") {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: LEASE },
    spec: {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      egress: [
        { to: [{ namespaceSelector: { matchLabels: { "akash.network/namespace": LEASE } } }] },
        {
          ports: [{ protocol: "UDP", port: 53 }],
          to: [{ podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
        },
        {
          to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12"] } }],
        },
      ],
    },
  };
}
