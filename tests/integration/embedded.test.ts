import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StargateClient } from "@cosmjs/stargate";
import { after, before, describe, it } from "mocha";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import {
  type EmbeddedServices,
  ensureEmbedded,
  readEmbedded,
  statusEmbedded,
  stopEmbedded,
} from "../../embedded/index.ts";
import { identify } from "../../embedded/processes.ts";
import { ensureToolchain, type Toolchain } from "../../toolchain/index.ts";
import { filesBelow } from "../support/canaryProcesses.ts";
import { ensureElsewhere } from "./embeddedElsewhere.ts";

describe("the embedded site's services", function () {
  this.timeout(180_000);
  let root: string;
  let folder: string;
  let toolchain: Toolchain;
  let services: EmbeddedServices;
  let cluster: Cluster;

  before(async function () {
    this.timeout(1_800_000);
    toolchain = await ensureToolchain({ tools: ["embedded"], silent: true });
    root = mkdtempSync(join(tmpdir(), "embedded-"));
    folder = join(root, ".embedded");
  });

  after(async () => {
    await stopEmbedded({ folder });
    rmSync(root, { recursive: true });
  });

  const pids = () => statusEmbedded(folder).map(({ pid }) => pid);

  it("are started once by two commands at the same time, and outlive both", async () => {
    const both = await Promise.all([1, 2].map(() => ensureElsewhere(folder, toolchain).result));
    assert.deepEqual(both[0]?.services, both[1]?.services);
    const told = both.map((result) => result.told).sort((a, b) => a.length - b.length);
    assert.deepEqual(told, [
      ["Another command starts or stops the embedded services; waiting for it."],
      told[1]?.toSorted().reverse() ?? [],
    ]);
    services = await ensureEmbedded({ folder, toolchain });
    assert.deepEqual(services, both[0]?.services);
    assert.ok(pids().every((pid) => pid !== undefined));
    cluster = await openCluster({ kubeconfigPath: services.cluster.kubeconfig });
  });

  it("are found running in less than a second", async () => {
    const before = pids();
    const started = Date.now();
    assert.deepEqual(await ensureEmbedded({ folder, toolchain }), services);
    const elapsed = Date.now() - started;
    assert.ok(elapsed < 1_000, `took ${elapsed} ms`);
    assert.deepEqual(pids(), before);
  });

  it("are described by a file that holds no secret", async () => {
    assert.deepEqual(await readEmbedded(folder), services);
    assert.equal(await readEmbedded(join(root, "elsewhere")), undefined);
    const words = readFileSync(services.wallet.mnemonicFile, "utf8").trim();
    // The chain writes and removes files meanwhile.
    for (const [path, content] of filesBelow(folder, (path) => path !== services.wallet.mnemonicFile)) {
      assert.equal(content.includes(words), false, `${path} holds the wallet's words`);
    }
    for (const path of [services.wallet.mnemonicFile, services.cluster.kubeconfig]) {
      assert.equal(statSync(path).mode & 0o777, 0o600);
    }
  });

  it("are a chain with two blocks a second that funds the wallet", async () => {
    const client = await StargateClient.connect(services.chain.rpc[0] ?? "");
    assert.equal(await client.getChainId(), "akash-embedded-1");
    const height = await client.getHeight();
    await sleep(3_000);
    const blocks = (await client.getHeight()) - height;
    assert.ok(blocks >= 3 && blocks <= 7, `${blocks} blocks in 3 s`);
    const balance = await client.getBalance(services.wallet.address, "uakt");
    assert.deepEqual(balance, { denom: "uakt", amount: "1000000000000" });
    client.disconnect();
  });

  it("are a chain whose websocket tells of new blocks", async () => {
    const socket = new WebSocket(`${services.chain.rpc[0]?.replace("http", "ws")}/websocket`);
    const subscribe = {
      jsonrpc: "2.0",
      id: 1,
      method: "subscribe",
      params: { query: "tm.event='NewBlock'" },
    };
    socket.onopen = () => socket.send(JSON.stringify(subscribe));
    const block = await new Promise<string>((resolve, reject) => {
      socket.onerror = () => reject(new Error("no websocket"));
      socket.onmessage = ({ data }) => {
        if (String(data).includes("NewBlock")) resolve(String(data));
      };
    });
    socket.close();
    assert.match(block, /"chain_id": ?"akash-embedded-1"/);
  });

  it("are a cluster with two Ready nodes, one with a GPU", async () => {
    const list = await cluster.get<NodeList>("/api/v1/nodes");
    const nodes = list?.items.map(({ metadata, status }) => ({
      name: metadata.name,
      ready: status.conditions.find(({ type }) => type === "Ready")?.status,
      gpus: status.allocatable["nvidia.com/gpu"],
    }));
    assert.deepEqual(nodes, [
      { name: "embedded-1", ready: "True", gpus: undefined },
      { name: "embedded-2", ready: "True", gpus: "1" },
    ]);
  });

  it("are a cluster that does not let in strangers", async () => {
    const anonymous = await openCluster({
      kubeconfig: JSON.stringify({
        clusters: [
          { name: "a", cluster: { server: services.cluster.server, "insecure-skip-tls-verify": true } },
        ],
        users: [{ name: "a", user: {} }],
        contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
        "current-context": "a",
      }),
    });
    await assert.rejects(anonymous.get("/api/v1/secrets"), { name: "ClusterForbidden" });
  });

  it("run pods, finish jobs and bind claims", async () => {
    await cluster.request("POST", "/apis/storage.k8s.io/v1/storageclasses", storageClass);
    await cluster.request("POST", "/apis/apps/v1/namespaces/default/statefulsets", statefulSet);
    await cluster.request("POST", "/apis/batch/v1/namespaces/default/jobs", job);
    await until("the StatefulSet is available", async () => {
      const found = await cluster.get<Status<{ availableReplicas?: number }>>(
        "/apis/apps/v1/namespaces/default/statefulsets/web",
      );
      return found?.status.availableReplicas === 1;
    });
    await until("the Job is complete", async () => {
      const found = await cluster.get<Status<{ succeeded?: number }>>(
        "/apis/batch/v1/namespaces/default/jobs/once",
      );
      return found?.status.succeeded === 1;
    });
  });

  it("hand a volume out again when its claim is gone", async () => {
    const claim = "/api/v1/namespaces/default/persistentvolumeclaims/data-web-0";
    const volume = (await cluster.get<{ spec: { volumeName: string } }>(claim))?.spec.volumeName;
    const path = `/api/v1/persistentvolumes/${volume}`;
    await cluster.request("DELETE", "/apis/apps/v1/namespaces/default/statefulsets/web");
    await cluster.request("DELETE", claim);
    await until("the volume is available", async () => {
      return (await cluster.get<Status<{ phase: string }>>(path))?.status.phase === "Available";
    });
  });

  it("are gone without a trace when they are stopped, and nothing else is", async () => {
    const before = pids();
    await stopEmbedded({ folder });
    assert.equal(existsSync(folder), false);
    assert.deepEqual(readdirSync(root), []);
    for (const pid of before) assert.equal(identify(pid ?? 0), undefined);
    await stopEmbedded({ folder });
    assert.equal(existsSync(folder), false);
  });
});

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: {
      readonly conditions: readonly { readonly type: string; readonly status: string }[];
      readonly allocatable: Readonly<Record<string, string>>;
    };
  }[];
}

interface Status<Fields> {
  readonly status: Fields;
}

const container = { name: "main", image: "registry.invalid/never-pulled:1" };

const storageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "beta3", labels: { "akash.network": "true" } },
  provisioner: "rancher.io/local-path",
  volumeBindingMode: "WaitForFirstConsumer",
};

const statefulSet = {
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "web" },
  spec: {
    serviceName: "web",
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: {
        initContainers: [{ ...container, name: "first" }],
        containers: [{ ...container, resources: { limits: { "nvidia.com/gpu": 1 } } }],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: "data" },
        spec: {
          storageClassName: "beta3",
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: "5Gi" } },
        },
      },
    ],
  },
};

const job = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "once" },
  spec: { template: { spec: { restartPolicy: "Never", containers: [container] } } },
};

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await condition()); ) {
    assert.ok(Date.now() < deadline, `waited in vain until ${what}`);
    await sleep(100);
  }
}
