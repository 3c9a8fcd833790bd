import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { parseAllDocuments } from "yaml";
import { openCluster } from "../../../components/cluster/index.ts";
import { commonModels } from "../../../components/gpu/commonModels.ts";
import { detectFromNodes } from "../../../components/gpu/detect.ts";
import { type Credentials, makeCredentials } from "../../../embedded/cluster/credentials.ts";
import { controllersProblem } from "../../../embedded/cluster/health.ts";
import { writeKubeconfig } from "../../../embedded/cluster/kubeconfig.ts";
import { simulatedNodes } from "../../../embedded/cluster/nodes.ts";
import { controllerPrograms, serverPrograms } from "../../../embedded/cluster/programs.ts";
import { staticVolumes } from "../../../embedded/cluster/volumes.ts";

const [controlPlane, gpuNode] = simulatedNodes;

describe("credentials of the embedded cluster", () => {
  let folder: string;
  let credentials: Credentials;
  const certificate = (file: keyof Credentials) => new X509Certificate(readFileSync(credentials[file]));

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "credentials-"));
    credentials = await makeCredentials(join(folder, "pki"));
  });

  after(() => rmSync(folder, { recursive: true }));

  it("are signed by an authority whose key is not kept", () => {
    const authority = certificate("authority");
    for (const file of ["serverCertificate", "adminCertificate"] as const) {
      assert.equal(certificate(file).verify(authority.publicKey), true);
      assert.equal(certificate(file).checkIssued(authority), true);
    }
    const keys = readdirSync(join(folder, "pki")).filter((name) => name.endsWith(".key"));
    assert.deepEqual(keys.sort(), ["admin.key", "server.key", "service-account.key"]);
  });

  it("name the server's address, and an administrator of the whole cluster", () => {
    assert.equal(certificate("serverCertificate").checkIP("127.0.0.1"), "127.0.0.1");
    assert.match(certificate("adminCertificate").subject, /^O=system:masters$/m);
    const [clientAuth, serverAuth] = ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"];
    assert.deepEqual(certificate("adminCertificate").keyUsage, [clientAuth]);
    assert.deepEqual(certificate("serverCertificate").keyUsage, [clientAuth, serverAuth]);
  });

  it("are made once, for their owner's eyes only", async () => {
    const before = readFileSync(credentials.adminKey, "utf8");
    await makeCredentials(join(folder, "pki"));
    assert.equal(readFileSync(credentials.adminKey, "utf8"), before);
    for (const path of Object.values(credentials)) assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, "pki")).mode & 0o777, 0o700);
  });

  it("make a kubeconfig that stands by itself", async () => {
    const path = join(folder, "kubeconfig");
    writeKubeconfig(path, "https://127.0.0.1:20001", credentials);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    // Nobody answers at this address, as a busy machine may not for a moment: that is no failure of the start.
    const nobody = { etcd: 1, etcdPeer: 2, apiServer: 20001, controllerManager: 4, scheduler: 5, kwok: 6 };
    const problem = await controllersProblem({
      toolchain: { path: () => "" },
      ports: nobody,
      credentials,
      kubeconfig: path,
      data: "",
    });
    assert.match(problem ?? "", /kube-controller-manager .*not healthy/);
    rmSync(join(folder, "pki"), { recursive: true });
    const cluster = await openCluster({ kubeconfigPath: path });
    assert.equal(cluster.server, "https://127.0.0.1:20001");
  });
});

describe("programs of the embedded cluster", () => {
  const ports = { etcd: 1, etcdPeer: 2, apiServer: 3, controllerManager: 4, scheduler: 5, kwok: 6 };
  const credentials = {
    authority: "ca",
    serverCertificate: "server.crt",
    serverKey: "server.key",
    adminCertificate: "admin.crt",
    adminKey: "admin.key",
    serviceAccountKey: "sa.key",
  };
  const layout = {
    toolchain: { path: () => process.execPath },
    ports,
    credentials,
    kubeconfig: "kubeconfig",
    data: "etcd",
  };
  const programs = [...serverPrograms(layout), ...controllerPrograms(layout)];

  it("listen on this machine only", () => {
    const addresses = programs.flatMap(({ args }) =>
      args.filter((arg) => /^--(bind-address|listen-|server-address)/.test(arg)),
    );
    assert.equal(addresses.length, 6);
    for (const address of addresses) assert.match(address, /=(https:\/\/)?127\.0\.0\.1(:\d+)?$/);
  });

  it("change with every port they depend on, so that they follow when it moves", () => {
    const changedBy = (port: keyof typeof ports) => {
      const moved = { ...layout, ports: { ...ports, [port]: 9999 } };
      const after = [...serverPrograms(moved), ...controllerPrograms(moved)];
      return programs
        .filter((program, index) => JSON.stringify(program) !== JSON.stringify(after[index]))
        .map(({ name }) => name);
    };
    assert.deepEqual(changedBy("etcd"), ["etcd", "kube-apiserver"]);
    assert.deepEqual(changedBy("apiServer"), [
      "kube-apiserver",
      "kube-controller-manager",
      "kube-scheduler",
      "kwok",
    ]);
    assert.deepEqual(changedBy("kwok"), ["kwok"]);
  });

  it("may keep their objects in another cluster's etcd, with its credentials and under a prefix", () => {
    const theirs = {
      ...credentials,
      authority: "their-ca",
      serverCertificate: "their.crt",
      serverKey: "their.key",
    };
    const etcd = { url: "https://127.0.0.1:7", credentials: theirs, prefix: "/site-2" };
    const [apiServer, ...others] = serverPrograms({ ...layout, etcd });
    assert.deepEqual(others, []);
    const args = apiServer?.args.filter((arg) => /^--(etcd|tls)-/.test(arg)) ?? [];
    assert.deepEqual(args.sort(), [
      "--etcd-cafile=their-ca",
      "--etcd-certfile=their.crt",
      "--etcd-keyfile=their.key",
      "--etcd-prefix=/site-2",
      "--etcd-servers=https://127.0.0.1:7",
      "--tls-cert-file=server.crt",
      "--tls-private-key-file=server.key",
    ]);
  });
});

describe("simulated machines", () => {
  it("are two, one of them with a GPU that pods can ask for", () => {
    assert.equal(simulatedNodes.length, 2);
    assert.equal(controlPlane?.status.allocatable["nvidia.com/gpu"], undefined);
    assert.equal(gpuNode?.status.capacity["nvidia.com/gpu"], "1");
    assert.equal(gpuNode?.status.allocatable["nvidia.com/gpu"], "1");
  });

  it("show the GPU to every way of finding it", () => {
    const labels = gpuNode?.metadata.labels ?? {};
    for (const label of [
      "feature.node.kubernetes.io/pci-10de.present",
      "feature.node.kubernetes.io/pci-0300_10de_2b85.present",
      "nvidia.com/gpu.present",
      "akash.network",
    ]) {
      assert.equal(labels[label], "true", label);
    }
    const model = "akash.network/capabilities.gpu.vendor.nvidia.model.rtx5090";
    for (const label of [model, `${model}.ram.32Gi`, `${model}.interface.pcie`]) {
      assert.equal(labels[label], "1", label);
    }
    assert.equal(labels["nvidia.com/gpu.product"], "NVIDIA-GeForce-RTX-5090");
  });

  it("show the GPU to our own detection, with and without the inventory operator's labels", () => {
    const withoutInventory = simulatedNodes.map((node) => {
      const labels = Object.entries(node.metadata.labels).filter(([key]) => !key.startsWith("akash.network"));
      return { ...node, metadata: { ...node.metadata, labels: Object.fromEntries(labels) } };
    });
    for (const nodes of [simulatedNodes, withoutInventory]) {
      const { devices, problems } = detectFromNodes(nodes, commonModels);
      assert.deepEqual(problems, []);
      assert.deepEqual(devices, [
        {
          node: "embedded-2",
          vendor: "nvidia",
          model: "rtx5090",
          memory: "32Gi",
          interface: "pcie",
          present: 1,
          allocatable: 1,
        },
      ]);
    }
  });

  it("have labels that Kubernetes accepts", () => {
    for (const { metadata } of simulatedNodes) {
      for (const [key, value] of Object.entries(metadata.labels)) {
        const [name = "", prefix = "x"] = key.split("/").reverse();
        assert.ok(prefix.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(prefix), key);
        assert.ok(name.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name), key);
        assert.ok(value.length <= 63 && /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(value), value);
      }
    }
  });

  it("have volumes for leases and for what runs beside them, each by its own name", () => {
    const names = staticVolumes.map(({ metadata }) => metadata.name);
    assert.equal(new Set(names).size, names.length);
    const classes = new Set(staticVolumes.map(({ spec }) => spec.storageClassName));
    assert.deepEqual([...classes], ["beta3", "local-path"]);
  });

  it("are played by stages that KWOK can read", () => {
    const text = readFileSync(new URL("../../../embedded/cluster/stages.yaml", import.meta.url), "utf8");
    const documents = [parseAllDocuments(text)].flat();
    const stages = documents.map((document) => {
      assert.deepEqual(document.errors, []);
      return document.toJS() as { kind: string; metadata: { name: string }; spec: { steps: unknown[] } };
    });
    assert.ok(stages.every(({ kind, spec }) => kind === "Stage" && spec.steps.length > 0));
    assert.equal(new Set(stages.map(({ metadata }) => metadata.name)).size, stages.length);
  });
});
