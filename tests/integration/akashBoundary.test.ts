import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { leaseExceptions } from "../../components/akash/boundary/addresses.ts";
import type { Cluster } from "../../components/cluster/index.ts";
import { allowsEgress, type NetworkPolicy } from "../support/networkPolicy.ts";
import type { KubernetesObject } from "../unit/akash/declared.ts";
import { objectPath } from "./akashCluster.ts";
import {
  create,
  deployment,
  discoveryPod,
  LEASE,
  leaseLabels,
  leasePolicy,
  namespace,
  OWNER,
  refused,
  startAkashCluster,
  webhook,
} from "./akashFixtures.ts";

const SERVICES_PODS = "/api/v1/namespaces/akash-services/pods";
const OUTSIDE = /may only change what is in the namespace of a lease/;

describe("the boundary around leases", function () {
  this.timeout(120_000);
  let cluster: Awaited<ReturnType<typeof startAkashCluster>>;
  let provider: Cluster;
  let inventory: Cluster;
  before(async function () {
    this.timeout(300_000);
    cluster = await startAkashCluster();
    provider = await cluster.as("akash-provider");
    inventory = await cluster.as("operator-inventory");
  });
  after(async () => cluster?.stop());

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
      await refused(create(provider, deployment(system, "web")), OUTSIDE);
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
    await refused(create(provider, secret("kube-system")), OUTSIDE);
    await refused(
      provider.request("DELETE", "/api/v1/namespaces/akash-services/services/akash-provider"),
      OUTSIDE,
    );
    await refused(
      provider.request(
        "POST",
        "/api/v1/namespaces/akash-services/pods/akash-provider-0/exec?command=sh&stdout=true",
      ),
      OUTSIDE,
    );
    const binding = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "mine", namespace: "akash-services" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "akash-provider" },
      subjects: [{ kind: "ServiceAccount", name: "akash-provider", namespace: "akash-services" }],
    };
    await refused(create(provider, binding), OUTSIDE);
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
    await refused(patch({ metadata: { labels: { "kubernetes.io/os": null } } }), /begin with akash\.network/);
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
    await refused(
      create(inventory, {
        ...discoveryPod("x", good),
        metadata: { name: "x", namespace: "akash-services" },
      }),
      OUTSIDE,
    );
    await inventory.request("DELETE", `${SERVICES_PODS}/operator-inventory-hardware-discovery-good`);
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
      await refused(create(inventory, discoveryPod(name, spec)), OUTSIDE);
    await refused(inventory.request("DELETE", `${SERVICES_PODS}/akash-provider-0`), OUTSIDE);
  });

  it("lets the inventory operator read its discovery pods through the API server, and no other", async () => {
    const read = (pod: string) => inventory.request("GET", `${SERVICES_PODS}/${pod}:8081/proxy/cpu`);
    // There is no such pod, which is found out after admission.
    assert.equal(await read("operator-inventory-hardware-discovery-node"), undefined);
    await refused(read("akash-provider-0"), OUTSIDE);
    assert.equal(
      await provider.request("POST", `/api/v1/namespaces/${LEASE}/pods/none/exec?command=sh`),
      undefined,
    );
  });

  it("lets the provider's webhook see pods of leases alone", async () => {
    const rules = [
      {
        apiGroups: ["admissionregistration.k8s.io"],
        resources: ["mutatingwebhookconfigurations"],
        verbs: ["create"],
      },
    ];
    const rbac = { apiVersion: "rbac.authorization.k8s.io/v1", metadata: { name: "webhooks" } };
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "webhooks" };
    const subjects = [{ kind: "ServiceAccount", name: "akash-provider", namespace: "akash-services" }];
    for (const object of [
      { ...rbac, kind: "ClusterRole", rules },
      { ...rbac, kind: "ClusterRoleBinding", roleRef, subjects },
    ]) {
      await cluster.apply(object);
    }
    await create(
      provider,
      webhook("narrow", { matchExpressions: [{ key: "akash.network/namespace", operator: "Exists" }] }),
    );
    await cluster.admin.request("DELETE", objectPath(webhook("narrow")));
    await refused(create(provider, webhook("wide")), /webhook may only see pods of leases/);
    await refused(
      create(provider, webhook("wide", { matchLabels: { a: "b" } })),
      /webhook may only see pods of leases/,
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

  it("keeps a lease's pods from the hosts' LAN, the router and shared addresses, and not from the internet", async () => {
    const written = await cluster.admin.get<NetworkPolicy>(objectPath(leasePolicy()));
    assert.ok(written);
    // The site's machines have public addresses in 198.51.100.0/24, a router in front of it and a carrier's behind.
    const forbidden = [
      "192.168.1.1",
      "10.0.0.5",
      "172.16.9.9",
      "100.64.0.1",
      "100.127.255.254",
      "198.51.100.7",
      "169.254.169.254",
    ];
    assert.deepEqual(
      forbidden.filter((address) => allowsEgress(written, address)),
      [],
    );
    assert.deepEqual(
      ["1.1.1.1", "203.0.113.9", "100.128.0.1"].filter((address) => !allowsEgress(written, address)),
      [],
    );
  });

  it("leaves the pods of a lease on a node that is away for longer than 30 minutes", async () => {
    const template = { containers: [{ name: "web", image: "web" }] };
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "patient", namespace: LEASE },
      spec: template,
    };
    const made = await create<{ spec: { tolerations: { key: string; tolerationSeconds: number }[] } }>(
      cluster.admin,
      pod,
    );
    const seconds = ["not-ready", "unreachable"].map(
      (state) =>
        made?.spec.tolerations.find(({ key }) => key === `node.kubernetes.io/${state}`)?.tolerationSeconds ??
        0,
    );
    assert.ok(
      seconds.every((each) => each > 30 * 60),
      `${seconds}`,
    );
    // And the provider goes on trying for longer than that.
    const environment = JSON.stringify(cluster.objects.find(({ kind }) => kind === "StatefulSet"));
    const value = (name: string) => Number(new RegExp(`"${name}","value":"(\\d+)`).exec(environment)?.[1]);
    assert.ok(value("AP_MONITOR_MAX_RETRIES") * value("AP_MONITOR_RETRY_PERIOD") > 30 * 60);
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
