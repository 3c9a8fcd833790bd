import { say } from "./children.ts";
import type { Etcd } from "./etcd.ts";
import type { Item, Kube } from "./kube.ts";
import type { Settings } from "./settings.ts";
import { provideVolumes } from "./volumes.ts";

const nameKey = "etcd.k3s.cattle.io/node-name";
const removeKey = "etcd.k3s.cattle.io/remove";
const removedKey = "etcd.k3s.cattle.io/removed-node-name";
const everyMs = 1_000;

/** What a server does for the cluster's nodes, over and over: every server does it, and each step bears that. */
export function watchNodes(settings: Settings, kube: Kube, etcd: Etcd | undefined): void {
  let known: readonly Item[] = [];
  let packaged = false;
  const turn = async () => {
    try {
      if (!packaged) await createPackaged(settings, kube);
      packaged = true;
      const nodes = await kube.list("/api/v1/nodes");
      if (etcd !== undefined) await removeMarked(settings, kube, etcd, nodes);
      const gone = known.filter(({ metadata }) =>
        nodes.every((node) => node.metadata.name !== metadata.name),
      );
      for (const node of gone) await forget(kube, etcd, node);
      if (!settings.disabled.includes("servicelb")) await addressBalancers(kube, nodes);
      if (!settings.disabled.includes("local-storage")) await provideVolumes(kube);
      known = nodes;
    } catch (error) {
      say("warning", `node controller: ${(error as Error).message}`);
    }
    setTimeout(turn, everyMs);
  };
  void turn();
}

/** Takes marked servers out of etcd; one does not do that to itself. */
async function removeMarked(
  settings: Settings,
  kube: Kube,
  etcd: Etcd,
  nodes: readonly Item[],
): Promise<void> {
  for (const { metadata } of nodes) {
    const { name, annotations = {} } = metadata;
    const member = annotations[nameKey];
    if (annotations[removeKey] !== "true" || annotations[removedKey] !== undefined || member === undefined)
      continue;
    if (name === settings.nodeName) continue;
    await removeMember(etcd, member);
    await kube.patch(`/api/v1/nodes/${name}`, { metadata: { annotations: { [removedKey]: member } } });
  }
}

async function forget(kube: Kube, etcd: Etcd | undefined, { metadata }: Item): Promise<void> {
  await kube.forgetPassword(metadata.name);
  const member = metadata.annotations?.[nameKey];
  if (etcd !== undefined && member !== undefined && member !== etcd.name) await removeMember(etcd, member);
}

async function removeMember(etcd: Etcd, name: string): Promise<void> {
  const member = (await etcd.members()).find((each) => each.name === name);
  if (member === undefined) return;
  say("info", `Removing name=${name} id=${member.ID} from etcd`);
  await etcd.remove(member.ID);
}

/** The objects that K3s always has, as far as anything looks at them. */
async function createPackaged({ disabled }: Settings, kube: Kube): Promise<void> {
  if (!disabled.includes("runtimes")) {
    await kube.create("/apis/node.k8s.io/v1/runtimeclasses", {
      apiVersion: "node.k8s.io/v1",
      kind: "RuntimeClass",
      metadata: { name: "nvidia" },
      handler: "nvidia",
    });
  }
  if (disabled.includes("local-storage")) return;
  await kube.create("/apis/storage.k8s.io/v1/storageclasses", {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "local-path", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "rancher.io/local-path",
    volumeBindingMode: "WaitForFirstConsumer",
  });
}

/** What K3s's service load balancer does: the nodes' addresses are the Service's. */
async function addressBalancers(kube: Kube, nodes: readonly Item[]): Promise<void> {
  const ingress = nodes.flatMap(({ metadata }) => {
    const ip = metadata.annotations?.["k3s.io/internal-ip"];
    return ip === undefined ? [] : [{ ip, ipMode: "VIP" }];
  });
  for (const { metadata, spec, status } of await kube.list("/api/v1/services")) {
    if (spec?.["type"] !== "LoadBalancer") continue;
    const before = (status?.["loadBalancer"] as { ingress?: unknown } | undefined)?.ingress;
    if (JSON.stringify(before) === JSON.stringify(ingress)) continue;
    await kube.patch(`/api/v1/namespaces/${metadata.namespace}/services/${metadata.name}/status`, {
      status: { loadBalancer: { ingress } },
    });
  }
}
