import { PRIORITY_CLASS } from "../../akash/workloads/pod.ts";
import { type ContainerView, roleOf, signingKey, variablesOf, wordsOf } from "./roles.ts";
import type { ExistingObject, ExistingPod, SigningKey } from "./types.ts";

/** The part of an object that is looked at, as the API server writes it. */
export interface ObjectView {
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template?: { readonly spec?: PodSpecView };
    readonly storageClassName?: string;
    readonly listeners?: readonly { readonly name: string }[];
  } & PodSpecView;
  readonly status?: { readonly phase?: string };
  readonly roleRef?: { readonly name: string };
  readonly subjects?: NonNullable<ExistingObject["binding"]>["subjects"];
  readonly provisioner?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly reclaimPolicy?: string;
  readonly volumeBindingMode?: string;
}

export interface PodSpecView {
  readonly containers?: readonly ContainerView[];
  readonly priorityClassName?: string;
  readonly serviceAccountName?: string;
}

/** What is decided by, of an object of a list. */
export function objectOf(kind: string, collection: string, view: ObjectView): ExistingObject {
  const { name, namespace, labels = {}, annotations = {} } = view.metadata;
  return {
    kind,
    path: `${collection}/${name}`,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    labels,
    annotations,
    ...detailsOf(kind, view),
  };
}

function detailsOf(kind: string, view: ObjectView): Partial<ExistingObject> {
  const { spec, roleRef, subjects = [] } = view;
  if (kind === "ClusterRoleBinding") return { binding: { role: roleRef?.name ?? "", subjects } };
  if (kind === "Gateway") return { listeners: (spec?.listeners ?? []).map(({ name }) => name) };
  if (kind === "StorageClass") return { storage: storageOf(view) };
  if (kind === "PersistentVolumeClaim" && spec?.storageClassName !== undefined) {
    return { storageClass: spec.storageClassName };
  }
  if (kind !== "Deployment" && kind !== "StatefulSet") return {};
  const pod = spec?.template?.spec;
  const container = pod?.containers?.find((item) => roleOf(item) !== undefined);
  return {
    workload: {
      matchLabels: spec?.selector?.matchLabels ?? {},
      role: container && roleOf(container),
      account: pod?.serviceAccountName ?? "default",
      key: keyOf(container ?? {}),
    },
  };
}

/** The fields of a StorageClass that the API server does not let anybody change. */
export function storageOf(view: Omit<ObjectView, "metadata">): Readonly<Record<string, unknown>> {
  const { provisioner, parameters = {}, reclaimPolicy = "Delete", volumeBindingMode = "Immediate" } = view;
  return { provisioner, parameters, reclaimPolicy, volumeBindingMode };
}

/** Of a pod whose containers have ended for good, such as one that was evicted. */
const ENDED: readonly (string | undefined)[] = ["Failed", "Succeeded"];

/** A pod that runs a program of the provider's; undefined for all others. */
export function podOf(view: ObjectView): ExistingPod | undefined {
  const { name, namespace = "", labels = {}, ownerReferences: [owner] = [] } = view.metadata;
  if (ENDED.includes(view.status?.phase)) return undefined;
  const container = view.spec?.containers?.find((item) => roleOf(item) !== undefined);
  const role = container && roleOf(container);
  if (container === undefined || role === undefined) return undefined;
  const hash = labels["pod-template-hash"];
  return {
    namespace,
    name,
    labels,
    role,
    ours: view.spec?.priorityClassName === PRIORITY_CLASS,
    controller:
      owner === undefined
        ? { kind: "Pod", name }
        : owner.kind === "ReplicaSet" && hash !== undefined
          ? { kind: "Deployment", name: owner.name.replace(`-${hash}`, "") }
          : { kind: owner.kind, name: owner.name },
    key: keyOf(container),
  };
}

function keyOf(container: ContainerView): SigningKey {
  return {
    from: signingKey(wordsOf(container), variablesOf(container)),
    configMaps: (container.envFrom ?? []).flatMap(({ configMapRef }) => configMapRef?.name ?? []),
  };
}
