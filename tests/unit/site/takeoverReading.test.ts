import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { readExisting } from "../../../components/site/takeover/index.ts";
import { readProcesses } from "../../../components/site/takeover/processes.ts";
import {
  type ContainerView,
  isProviderCommand,
  roleOf,
  signingKey,
} from "../../../components/site/takeover/roles.ts";
import { objectOf, podOf } from "../../../components/site/takeover/views.ts";
import { scripted } from "./scriptedCluster.ts";

const IMAGE = "ghcr.io/akash-network/provider:0.16.2";

const PODS = "/api/v1/pods?labelSelector=%21akash.network%2Fmanifest-service";
const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
const STATEFUL_SETS = "/apis/apps/v1/namespaces/akash-services/statefulsets";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/akash-services/deployments";
const CONFIG_MAPS = "/api/v1/namespaces/akash-services/configmaps";

const chartPod = {
  metadata: {
    name: "akash-provider-0",
    namespace: "akash-services",
    ownerReferences: [{ kind: "StatefulSet", name: "akash-provider" }],
  },
  spec: {
    containers: [
      {
        image: IMAGE,
        args: ["/bin/bash", "/scripts/run.sh"],
        envFrom: [{ configMapRef: { name: "akash-provider-main" } }],
      },
    ],
  },
};

describe("what a container does", () => {
  const role = (container: ContainerView) => roleOf({ image: IMAGE, ...container });

  it("is told by its image and command line", () => {
    assert.equal(role({ args: ["provider-services", "run"] }), "provider");
    assert.equal(role({ args: ["/bin/bash", "/scripts/run.sh"] }), "provider");
    assert.equal(role({ command: ["sh", "-c", "provider-services run --from x"] }), "provider");
    assert.equal(roleOf({ image: "mirror/x:1", command: ["/usr/bin/provider-services", "run"] }), "provider");
    for (const operator of ["hostname", "inventory", "ip"] as const) {
      assert.equal(role({ args: ["provider-services", "operator", operator] }), operator);
    }
  });

  it("is nothing for discovery pods, queries, sidecars and everything else", () => {
    assert.equal(role({ args: ["provider-services", "tools", "psutil", "serve"] }), undefined);
    assert.equal(role({ args: ["provider-services", "query", "provider"] }), undefined);
    assert.equal(role({ args: ["provider-services", "operator"] }), undefined);
    assert.equal(roleOf({ image: "ghcr.io/akash-network/attestation-sidecar:1", args: ["run"] }), undefined);
    assert.equal(roleOf({ image: "registry/provider-portal:1", args: ["run"] }), undefined);
    assert.equal(roleOf({}), undefined);
  });

  it("is told of a process, and its key by flag before variable", () => {
    assert.ok(isProviderCommand(["/usr/local/bin/provider-services", "run", "--from", "k"]));
    assert.ok(!isProviderCommand(["provider-services", "query"]));
    assert.ok(!isProviderCommand(["vim", "run"]));
    assert.equal(signingKey(["--from", "a"], { AP_FROM: "b" }), "a");
    assert.equal(signingKey(["--from=a"], {}), "a");
    assert.equal(signingKey([], { AKASH_FROM: "c", AP_FROM: "b" }), "b");
    assert.equal(signingKey([], {}), undefined);
  });

  it("is nothing once its pod has ended", () => {
    const role = (phase: string) => podOf({ ...chartPod, status: { phase } })?.role;
    for (const phase of ["Failed", "Succeeded"]) assert.equal(role(phase), undefined, phase);
    for (const phase of ["Pending", "Running", "Unknown"]) assert.equal(role(phase), "provider", phase);
  });

  it("belongs to a workload", () => {
    const owned = podOf({
      ...chartPod,
      metadata: {
        name: "old-5d8f-x",
        labels: { "pod-template-hash": "5d8f" },
        ownerReferences: [{ kind: "ReplicaSet", name: "old-5d8f" }],
      },
    });
    assert.deepEqual(owned?.controller, { kind: "Deployment", name: "old" });
    assert.deepEqual(podOf({ ...chartPod, metadata: { name: "bare" } })?.controller, {
      kind: "Pod",
      name: "bare",
    });
    assert.equal(
      podOf({ metadata: { name: "redis" }, spec: { containers: [{ image: "redis" }] } }),
      undefined,
    );
  });
});

describe("what decides about an object", () => {
  const details = (kind: string, parts: object) => {
    const { path, name, labels, annotations, ...rest } = objectOf(kind, "/c", {
      metadata: { name: "n" },
      ...parts,
    });
    assert.deepEqual([path, name, kind, labels, annotations], ["/c/n", "n", rest.kind, {}, {}]);
    return { ...rest, kind: undefined };
  };

  it("is the account and key of a workload", () => {
    const spec = { ...chartPod.spec, serviceAccountName: "akash-provider" };
    assert.deepEqual(details("StatefulSet", { spec: { template: { spec } } }).workload, {
      matchLabels: {},
      role: "provider",
      account: "akash-provider",
      key: { from: undefined, configMaps: ["akash-provider-main"] },
    });
    assert.deepEqual(details("Deployment", {}).workload, {
      matchLabels: {},
      role: undefined,
      account: "default",
      key: { from: undefined, configMaps: [] },
    });
    const template = {
      spec: { containers: [{ image: IMAGE, command: ["provider-services", "run"], envFrom: [{}] }] },
    };
    const deployment = details("Deployment", { spec: { selector: { matchLabels: { a: "b" } }, template } });
    assert.deepEqual(deployment.workload?.matchLabels, { a: "b" });
  });

  it("is what cannot be changed of a storage class, with the API server's defaults", () => {
    assert.deepEqual(details("StorageClass", { provisioner: "p" }).storage, {
      provisioner: "p",
      parameters: {},
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
    });
  });

  it("is the class of a claim and the subjects of a binding", () => {
    assert.equal(
      details("PersistentVolumeClaim", { spec: { storageClassName: "beta3" } }).storageClass,
      "beta3",
    );
    assert.equal(details("PersistentVolumeClaim", {}).storageClass, undefined);
    assert.deepEqual(details("ClusterRoleBinding", {}).binding, { role: "", subjects: [] });
    assert.equal(details("Service", {}).workload, undefined);
  });
});

describe("reading an earlier set-up", () => {
  const processes = { processes: false };

  it("costs four requests where there is nothing foreign", async () => {
    const ours = { ...chartPod, spec: { ...chartPod.spec, priorityClassName: "akash-services" } };
    const labels = { "app.kubernetes.io/managed-by": "pulumi-akash" };
    const set = { metadata: { name: "akash-provider", labels } };
    const others = { items: [{ metadata: { name: "redis" } }, { metadata: { name: "operator-ip" } }] };
    const cluster = scripted({
      ...{ [PODS]: { items: [ours] }, [BINDINGS]: { items: [] } },
      ...{ [STATEFUL_SETS]: { items: [set] }, [DEPLOYMENTS]: others },
    });
    assert.equal(await readExisting(cluster, processes), undefined);
    const asked = [PODS, BINDINGS, STATEFUL_SETS, DEPLOYMENTS].map((path) => `GET ${path}`);
    assert.deepEqual(cluster.asked, asked);
  });

  it("takes another operator of leased addresses for foreign only where the site leases addresses", async () => {
    const container = { image: IMAGE, command: ["provider-services", "operator", "ip"] };
    const item = { ...chartPod, spec: { containers: [container] } };
    const cluster = scripted({ [PODS]: { items: [item] }, [BINDINGS]: { items: [] } });
    assert.equal(await readExisting(cluster, processes), undefined);
    const existing = await readExisting(cluster, { ...processes, parts: ["ipLeases"] });
    assert.deepEqual(
      existing?.pods.map(({ role }) => role),
      ["ip"],
    );
  });

  it("looks the key up in the ConfigMap and takes no content of Secrets along", async () => {
    const cluster = scripted({
      [PODS]: { items: [chartPod] },
      [`${CONFIG_MAPS}/akash-provider-main`]: { data: { AKASH_FROM: "akash1x" } },
      "/api/v1/namespaces/akash-services/secrets": {
        items: [{ metadata: { name: "akash-provider-keys" }, data: { "key.txt": "c2VjcmV0" } }],
      },
    });
    const existing = await readExisting(cluster, processes);
    assert.equal(existing?.pods[0]?.key.from, "akash1x");
    assert.ok(existing.objects.some(({ name }) => name === "akash-provider-keys"));
    assert.doesNotMatch(JSON.stringify(existing), /c2VjcmV0/);
  });

  it("looks up the key of a stopped provider too, and of one whose ConfigMap names none", async () => {
    const workload = (name: string, from: string) => ({
      metadata: { name, namespace: "akash-services" },
      spec: {
        template: {
          spec: {
            containers: [{ ...chartPod.spec.containers[0], envFrom: [{ configMapRef: { name: from } }] }],
          },
        },
      },
    });
    const named = { metadata: { name: "named", namespace: "akash-services" } };
    const direct = { image: IMAGE, command: ["provider-services", "run", "--from", "akash1y"] };
    const cluster = scripted({
      [PODS]: { items: [chartPod, { ...chartPod, ...named, spec: { containers: [direct] } }] },
      [`${CONFIG_MAPS}/other`]: { data: { AP_FROM: "akash1x" } },
      [`${CONFIG_MAPS}/empty`]: {},
      [DEPLOYMENTS]: {
        items: [workload("old", "other"), workload("older", "empty")],
      },
      "/api/v1/namespaces/lease": { metadata: { name: "lease" } },
    });
    const existing = await readExisting(cluster, processes);
    const keys = existing?.objects.flatMap(({ workload: found }) =>
      found === undefined ? [] : (found.key.from ?? "unknown"),
    );
    assert.deepEqual(keys, ["akash1x", "unknown"]);
    assert.deepEqual(
      existing?.pods.map(({ key }) => key.from),
      [undefined, "akash1y"],
    );
    assert.ok(existing.objects.some(({ kind, name }) => kind === "Namespace" && name === "lease"));
  });

  it("goes on where the provider or an operator was stopped first", async () => {
    for (const [path, name] of [
      [STATEFUL_SETS, "akash-provider"],
      [DEPLOYMENTS, "operator-inventory"],
    ] as const) {
      const cluster = scripted({ [path]: { items: [{ metadata: { name }, spec: { replicas: 0 } }] } });
      const existing = await readExisting(cluster, processes);
      assert.deepEqual(
        existing?.objects.map((object) => object.name),
        [name],
      );
      assert.equal(cluster.asked.filter((request) => request === `GET ${path}`).length, 1);
    }
    const ip = scripted({ [DEPLOYMENTS]: { items: [{ metadata: { name: "operator-ip" } }] } });
    assert.ok(await readExisting(ip, { ...processes, parts: ["ipLeases"] }));
  });

  it("reads the way in: what is in the Gateway's namespace, and classes by name", async () => {
    const group = "/apis/gateway.networking.k8s.io";
    const records = "/api/v1/namespaces/akash-gateway/secrets";
    const record = "sh.helm.release.v1.akash-gateway.v1";
    const cluster = scripted({
      [PODS]: { items: [chartPod] },
      [`${records}?labelSelector=owner%3Dhelm`]: { items: [{ metadata: { name: record } }] },
      [`${group}/v1/namespaces/akash-gateway/gateways`]: { items: [{ metadata: { name: "akash-gateway" } }] },
      [`${group}/v1alpha2/namespaces/akash-services/tcproutes`]: { items: [{ metadata: { name: "route" } }] },
      "/apis/networking.k8s.io/v1/ingressclasses/akash-ingress-class": { metadata: { name: "class" } },
      "/apis/node.k8s.io/v1/runtimeclasses/nvidia": { metadata: { name: "nvidia" } },
      "/api/v1/namespaces/ingress-nginx": { metadata: { name: "ingress-nginx" } },
    });
    const existing = await readExisting(cluster, processes);
    const found = existing?.objects.map(
      ({ kind, path }) => `${kind} ${path.slice(path.lastIndexOf("/") + 1)}`,
    );
    assert.deepEqual(found?.sort(), [
      "Gateway akash-gateway",
      "IngressClass class",
      "Namespace ingress-nginx",
      "RuntimeClass nvidia",
      `Secret ${record}`,
      "TCPRoute route",
    ]);
    // Without the selector: this is what is deleted.
    assert.ok(existing?.objects.some(({ path }) => path === `${records}/${record}`));
  });

  it("goes on where only a binding is left", async () => {
    const subjects = [{ kind: "ServiceAccount", namespace: "akash-services", name: "akash-provider" }];
    const item = { metadata: { name: "akash-provider-admin" }, roleRef: { name: "cluster-admin" }, subjects };
    assert.ok(await readExisting(scripted({ [BINDINGS]: { items: [item] } }), processes));
  });

  it("counts namespaces of leases and custom resources", async () => {
    const named = (name: string) => ({ metadata: { name } });
    const existing = await readExisting(
      scripted({
        [PODS]: { items: [chartPod] },
        "/api/v1/namespaces?labelSelector=akash.network%3Dtrue": {
          items: ["lease", "akash-services", "akash-gateway", "l1", "l2"].map(named),
        },
        "/apis/akash.network/v2beta2/namespaces/lease/manifests": { items: [named("m")] },
      }),
      processes,
    );
    assert.equal(existing?.leases, 2);
    assert.deepEqual(existing.customResources, { manifests: 1, providerhosts: 0, providerleasedips: 0 });
  });

  it("sees providers on this machine, but not those in containers", async () => {
    const proc = await mkdtemp(join(tmpdir(), "akash-proc-"));
    const process = async (pid: number, cmdline: string[], cgroup: string, environ: string[] = []) => {
      await mkdir(join(proc, String(pid)));
      await writeFile(join(proc, String(pid), "cmdline"), `${cmdline.join("\0")}\0`);
      await writeFile(join(proc, String(pid), "cgroup"), cgroup);
      await writeFile(join(proc, String(pid), "environ"), `${environ.join("\0")}\0`);
    };
    try {
      const run = ["/usr/bin/provider-services", "run"];
      await process(1, run, "0::/system.slice/akash-provider.service", ["AP_FROM=akash1x", "A=b=c"]);
      await process(2, run, "0::/kubepods.slice/kubepods-burstable.slice");
      await process(3, ["sleep", "1"], "0::/");
      assert.deepEqual(await readProcesses(proc), [{ pid: 1, from: "akash1x" }]);
      assert.deepEqual(await readProcesses(join(proc, "none")), []);
    } finally {
      await rm(proc, { recursive: true });
    }
  });
});
