import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { readExisting } from "../../../components/site/takeover/index.ts";
import { readProcesses } from "../../../components/site/takeover/processes.ts";
import { chartPod, IMAGE } from "./chartPod.ts";
import { scripted } from "./scriptedCluster.ts";

const PODS = "/api/v1/pods?labelSelector=%21akash.network%2Fmanifest-service";
const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
const STATEFUL_SETS = "/apis/apps/v1/namespaces/akash-services/statefulsets";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/akash-services/deployments";
const CONFIG_MAPS = "/api/v1/namespaces/akash-services/configmaps";

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
