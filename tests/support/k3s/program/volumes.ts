import type { Item, Kube } from "./kube.ts";

const provisioner = "rancher.io/local-path";
const selectedNode = "volume.kubernetes.io/selected-node";

interface Claim extends Item {
  readonly metadata: Item["metadata"] & { readonly uid: string };
}

/** What K3s's local-path provisioner does: a folder on the node that the scheduler chose, as a volume of the claim. */
export async function provideVolumes(kube: Kube): Promise<void> {
  const classes = new Map(
    (await kube.list("/apis/storage.k8s.io/v1/storageclasses"))
      .filter((item) => Reflect.get(item, "provisioner") === provisioner)
      .map((item) => [item.metadata.name, item]),
  );
  for (const claim of (await kube.list("/api/v1/persistentvolumeclaims")) as readonly Claim[]) {
    const { storageClassName, accessModes, resources, volumeName } = (claim.spec ?? {}) as Record<
      string,
      unknown
    >;
    const known = classes.get(String(storageClassName));
    if (known === undefined || volumeName !== undefined || claim.metadata.deletionTimestamp !== undefined)
      continue;
    const node = claim.metadata.annotations?.[selectedNode];
    const waits = Reflect.get(known, "volumeBindingMode") === "WaitForFirstConsumer";
    if (waits && node === undefined) continue;
    const { name, namespace, uid } = claim.metadata;
    await kube.create("/api/v1/persistentvolumes", {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: `pvc-${uid}`, annotations: { "pv.kubernetes.io/provisioned-by": provisioner } },
      spec: {
        capacity: (resources as { requests: object }).requests,
        accessModes,
        storageClassName,
        persistentVolumeReclaimPolicy: Reflect.get(known, "reclaimPolicy") ?? "Delete",
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid },
        hostPath: {
          path: `/var/lib/rancher/k3s/storage/pvc-${uid}_${namespace}_${name}`,
          type: "DirectoryOrCreate",
        },
        ...(node === undefined ? {} : { nodeAffinity: onNode(node) }),
      },
    });
  }
  for (const { metadata, spec, status } of await kube.list("/api/v1/persistentvolumes")) {
    const ours = metadata.annotations?.["pv.kubernetes.io/provisioned-by"] === provisioner;
    if (ours && status?.["phase"] === "Released" && spec?.["persistentVolumeReclaimPolicy"] === "Delete") {
      await kube.delete(`/api/v1/persistentvolumes/${metadata.name}`);
    }
  }
}

function onNode(node: string): object {
  const matchExpressions = [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }];
  return { required: { nodeSelectorTerms: [{ matchExpressions }] } };
}
