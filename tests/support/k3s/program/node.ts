import { readFileSync, writeFileSync } from "node:fs";
import { arch, release } from "node:os";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import { say, start } from "./children.ts";
import { allocatableGpus, configureRuntime } from "./gpus.ts";
import { hashOf, type Item, type Kube } from "./kube.ts";
import { Refused } from "./request.ts";
import type { Settings } from "./settings.ts";

export interface NodeOptions {
  readonly kube: Kube;
  /** For the program that plays the pods. */
  readonly kubeconfig: string;
  /** Name of the etcd member, on servers that have one. */
  readonly etcdName?: string | undefined;
  /** Told the addresses of the cluster's servers, now and then. */
  readonly seen?: (servers: readonly string[]) => void;
}

/** How often a node gives a sign of life, and looks at its cards. */
const beatMs = 3_000;

/**
 * The node's part: registers it, keeps it Ready as long as this runs, and has its pods played. The real one runs a
 * kubelet and containerd here; a Ready pod on this node proves nothing about its image.
 */
export async function runNode(settings: Settings, options: NodeOptions): Promise<void> {
  const { nodeName, dataDir } = settings;
  const runtime = configureRuntime(dataDir);
  await register(settings, options);
  await beat(settings, options, runtime);
  start("kwok", kwokArgs(settings, options.kubeconfig), "restart");
  const again = async () => {
    try {
      await beat(settings, options, runtime);
    } catch (error) {
      // A node that was deleted comes back at the next start, as a kubelet does.
      if (!(error instanceof Refused && error.status === 404)) {
        say("error", `Error updating node status, will retry: ${(error as Error).message}`);
      }
    }
    setTimeout(again, beatMs);
  };
  setTimeout(again, beatMs);
  say("info", `Node ${nodeName} is registered`);
}

async function register(settings: Settings, { kube, etcdName }: NodeOptions): Promise<void> {
  const { role, nodeName, nodeIp } = settings;
  const labels: Record<string, string> = {
    "kubernetes.io/hostname": nodeName,
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": goArch(),
    "node.kubernetes.io/instance-type": "k3s",
  };
  if (role === "server") labels["node-role.kubernetes.io/control-plane"] = "true";
  if (etcdName !== undefined) labels["node-role.kubernetes.io/etcd"] = "true";
  const annotations: Record<string, string> = {
    "k3s.io/hostname": nodeName,
    "k3s.io/internal-ip": nodeIp,
    "k3s.io/node-args": JSON.stringify([role]),
    "k3s.io/node-config-hash": hashOf(settings.raw),
  };
  if (etcdName !== undefined) {
    annotations["etcd.k3s.cattle.io/node-name"] = etcdName;
    annotations["etcd.k3s.cattle.io/node-address"] = nodeIp;
  }
  // Like a kubelet's: what is given as label or taint counts when the node registers for the first time.
  const given = Object.fromEntries(settings.labels.map((label) => label.split(/=(.*)/s).slice(0, 2)));
  await kube.create("/api/v1/nodes", {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: nodeName, labels: { ...given, ...labels }, annotations },
    spec: { taints: settings.taints.map(taint) },
  });
  await kube.patch(`/api/v1/nodes/${nodeName}`, { metadata: { labels, annotations } });
}

function taint(text: string): object {
  const [, key, value = "", effect] = /^([^=:]+)(?:=([^:]*))?:(.+)$/.exec(text) ?? [];
  return { key, value, effect };
}

async function beat(settings: Settings, { kube, seen }: NodeOptions, runtime: boolean): Promise<void> {
  const { nodeName, nodeIp, version } = settings;
  const path = `/api/v1/nodes/${nodeName}`;
  const node = await kube.get<Item>(path);
  if (node === undefined) throw new Refused(`node ${nodeName} not found`, 404);
  const products = await allocatableGpus(kube, nodeName, runtime);
  const resources = {
    ...{ cpu: "16", memory: "64Gi", "ephemeral-storage": "500Gi", pods: "110" },
    "nvidia.com/gpu": products.length > 0 ? String(products.length) : null,
  };
  const [first] = products;
  const product = first === undefined ? null : first.replaceAll(" ", "-");
  if ((node.metadata.labels?.["nvidia.com/gpu.product"] ?? null) !== product) {
    const count = product === null ? null : String(products.length);
    await kube.patch(path, {
      metadata: { labels: { "nvidia.com/gpu.product": product, "nvidia.com/gpu.count": count } },
    });
  }
  await kube.patch(`${path}/status`, {
    status: {
      addresses: [
        { type: "InternalIP", address: nodeIp },
        { type: "Hostname", address: nodeName },
      ],
      capacity: resources,
      allocatable: resources,
      nodeInfo: nodeInfo(version),
      conditions: conditions(node),
    },
  });
  const servers = await kube.list("/api/v1/nodes?labelSelector=node-role.kubernetes.io%2Fcontrol-plane");
  seen?.(servers.map(({ metadata }) => metadata.annotations?.["k3s.io/internal-ip"] ?? "").filter(Boolean));
}

function nodeInfo(version: string): object {
  const osRelease = readFileSync("/etc/os-release", "utf8");
  return {
    architecture: goArch(),
    bootID: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
    containerRuntimeVersion: "containerd://2.1.5-k3s1",
    kernelVersion: release(),
    kubeProxyVersion: "",
    kubeletVersion: version,
    machineID: readFileSync("/etc/machine-id", "utf8").trim(),
    operatingSystem: "linux",
    osImage: /^PRETTY_NAME="?([^"\n]+)/m.exec(osRelease)?.[1] ?? "",
    systemUUID: "",
  };
}

function conditions(node: Item): object[] {
  const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const before = (node.status?.["conditions"] ?? []) as readonly Record<string, string>[];
  const condition = (type: string, status: string, reason: string) => {
    const known = before.find((each) => each["type"] === type);
    const since = known?.["status"] === status ? known["lastTransitionTime"] : now;
    return { type, status, reason, message: reason, lastHeartbeatTime: now, lastTransitionTime: since };
  };
  return [
    condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
    condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
    condition("PIDPressure", "False", "KubeletHasSufficientPID"),
    condition("Ready", "True", "KubeletReady"),
  ];
}

/** A stage's condition that no node meets. */
const nothing = {
  resourceRef: { apiGroup: "v1", kind: "Node" },
  selector: { matchLabels: { "k3s-stand-in/idle": "true" } },
};

/** What plays the pods of this node: the embedded cluster's way of doing that, without its nodes. */
function kwokArgs({ dataDir, nodeName, clusterCidr }: Settings, config: string): string[] {
  const stages = join(import.meta.dirname, "../../../../embedded/cluster/stages.yaml");
  const parsed = parseAllDocuments(readFileSync(stages, "utf8")).map((document) => document.toJS());
  const pods = parsed.filter(({ spec }) => spec.resourceRef.kind === "Pod");
  // Pods of a node that did not answer for a while are marked unready; a kubelet marks them ready again.
  const again = pods
    .filter(({ metadata }) => metadata.name === "pod-ready")
    .map((stage) =>
      JSON.parse(
        JSON.stringify(stage).replace('["Pending"]', '["Running"]').replace("pod-ready", "pod-ready-again"),
      ),
    );
  // Without a stage of nodes KWOK looks after no node, and so after none of its pods.
  const idle = { ...parsed[0], metadata: { name: "node-idle" }, spec: { ...nothing, steps: [] } };
  const file = join(dataDir, "agent", "stages.yaml");
  writeFileSync(file, [idle, ...pods, ...again].map((stage) => stringify(stage)).join("---\n"));
  return [
    ...[`--kubeconfig=${config}`, `--config=${file}`, `--manage-single-node=${nodeName}`],
    ...["--node-lease-duration-seconds=0", `--cidr=${clusterCidr}`, "--server-address=127.0.0.1:10247"],
  ];
}

function goArch(): string {
  return arch() === "x64" ? "amd64" : arch();
}
