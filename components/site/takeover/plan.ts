import { isDeepStrictEqual } from "node:util";
import { operatorLabels, PROVIDER_LABELS, PROVIDER_NAME, SERVICES_NAMESPACE } from "../../akash/names.ts";
import { planBinding } from "./bindings.ts";
import { isDeclared, isOurs, LISTENERS, releaseOf } from "./declared.ts";
import { secondSigners } from "./secondSigners.ts";
import type { ExistingObject, ExistingSite, TakeoverContext, TakeoverItem, TakeoverPlan } from "./types.ts";

const UNTOUCHED = "";
const RUNNING = "keep running";
const SELECTORS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [PROVIDER_NAME]: PROVIDER_LABELS,
  "operator-hostname": operatorLabels("hostname"),
  "operator-inventory": operatorLabels("inventory"),
  "operator-ip": operatorLabels("ip"),
};

/** Objects of the official chart that hold the wallet's key in plain. */
const KEYS = [`${PROVIDER_NAME}-keys`];
/** ConfigMaps and Secrets of the official charts that nothing of ours reads, for set-ups without a Helm release. */
const LEFTOVERS = [
  ...["init", "main", "script", "letsencrypt", "cloudflare-dns", "gcp-dns"].map(
    (suffix) => `${PROVIDER_NAME}-${suffix}`,
  ),
  "operator-hostname",
  "gpu-validation-script",
];
/** Kinds whose loss could cost a lease its data or its way in, kept whoever made them. */
const PRECIOUS = [
  ...["Namespace", "CustomResourceDefinition", "PersistentVolumeClaim", "StorageClass", "RuntimeClass"],
  ...["Gateway", "ClientSettingsPolicy", "ProxySettingsPolicy"],
];
/** Kinds that tell of another way in than the site's: said where something is taken over, and nothing by themselves. */
const OTHER_WAY_IN = ["Namespace", "IngressClass"];

/**
 * Decides what becomes of everything that an earlier set-up has left in the cluster. Objects that this program
 * made are not listed; neither is what does not belong to a provider.
 */
export function planTakeover(existing: ExistingSite, context: TakeoverContext): TakeoverPlan {
  const declared = existing.objects.filter((object) => isDeclared(object, context.parts));
  const releases = new Set(declared.flatMap((object) => releaseOf(object) ?? []));
  const accounts = new Set(declared.flatMap(({ workload }) => workload?.account ?? []));
  const items = existing.objects
    .filter((object) => !isOurs(object))
    .flatMap((object) => planObject(object, { releases, accounts, existing, context }) ?? []);
  const elsewhere = [...declared.flatMap(surplusListeners), ...strayOperators(existing)];
  const foreign = items.length > 0 || elsewhere.length > 0;
  return {
    items: [...items, ...elsewhere, ...(foreign ? keptAndOnChain(existing, context) : [])],
    blockers: secondSigners(existing, context.owner),
  };
}

interface Surroundings {
  /** Helm releases of which the site takes over something. */
  readonly releases: ReadonlySet<string>;
  /** ServiceAccounts that the earlier provider and operators ran as. */
  readonly accounts: ReadonlySet<string>;
  readonly existing: ExistingSite;
  readonly context: TakeoverContext;
}

function planObject(object: ExistingObject, around: Surroundings): TakeoverItem | undefined {
  const { kind, name } = object;
  if (object.binding !== undefined) return planBinding(object, around.accounts, around.context.parts);
  if (kind === "StorageClass") return planStorageClass(object, around.context);
  if (kind === "PersistentVolumeClaim") return planClaim(object);
  if (isDeclared(object, around.context.parts)) {
    return object.workload === undefined ? adopt(object, around.existing) : replaceWorkload(object);
  }
  if (OTHER_WAY_IN.includes(kind)) return undefined;
  if (kind === "Secret" && name.startsWith("sh.helm.release.v1."))
    return planRelease(object, around.releases);
  if (object.workload?.role === "ip") {
    return item("keep", object, "leases IP addresses; not declared by this site", UNTOUCHED);
  }
  if (object.workload?.role === "provider" && object.workload.key.from !== around.context.owner) {
    return item("keep", object, "a provider, not known to use this wallet", UNTOUCHED);
  }
  if (object.workload?.role !== undefined) {
    return item("remove", object, "a second one would fight the declared one", UNTOUCHED);
  }
  if (kind === "Secret" && KEYS.includes(name)) {
    return item("remove", object, "the wallet's key in plain; keep a backup of the key elsewhere", UNTOUCHED);
  }
  const leftover = ["ConfigMap", "Secret"].includes(kind) && LEFTOVERS.includes(name);
  if (leftover || around.releases.has(releaseOf(object) ?? "")) {
    if (PRECIOUS.includes(kind)) return item("keep", object, "may be in use by leases", UNTOUCHED);
    return item("remove", object, "of the earlier set-up; nothing reads it any more", UNTOUCHED);
  }
  return undefined;
}

function adopt(object: ExistingObject, { customResources }: ExistingSite): TakeoverItem {
  if (object.kind !== "CustomResourceDefinition") {
    return item("adopt", object, "changed in place to what is declared", UNTOUCHED);
  }
  const count = customResources[object.name.split(".")[0] ?? ""] ?? 0;
  return item("adopt", object, `changed in place; its ${count} objects stay`, RUNNING);
}

/**
 * Listeners of the declared Gateway that the site does not declare. The API server merges them by name, so they would
 * stay, and differ from the declaration in every comparison.
 */
function surplusListeners({ path, namespace, listeners = [] }: ExistingObject): TakeoverItem[] {
  const surplus = listeners.filter((name) => !LISTENERS.includes(name));
  return surplus.map((name) => ({
    ...item("remove", { kind: "Listener", namespace, name, path }, "of the Gateway; not declared", UNTOUCHED),
    listener: name,
  }));
}

/**
 * A workload is made anew even where it could be patched: applying ours over the chart's would keep the chart's
 * init container, volumes and variables, as the API server merges lists by name.
 */
function replaceWorkload(object: ExistingObject): TakeoverItem {
  const sameSelector = isDeepStrictEqual(object.workload?.matchLabels, SELECTORS[object.name]);
  const reason = sameSelector
    ? "made anew; its pod runs on until the new one takes its place"
    : "made anew; its pod ends first, as the new one selects by other labels";
  const leases =
    object.name === PROVIDER_NAME
      ? "keep running; the provider restarts"
      : "keep running; the operator restarts";
  return { ...item("replace", object, reason, leases), pods: sameSelector ? "Orphan" : "Background" };
}

function planStorageClass(
  object: ExistingObject,
  { storageClasses }: TakeoverContext,
): TakeoverItem | undefined {
  const declared = storageClasses[object.name];
  if (declared === undefined) return undefined;
  if (isDeepStrictEqual(object.storage, declared)) {
    return item("adopt", object, "labels are changed in place", UNTOUCHED);
  }
  return item("replace", object, "made anew: its provisioner or policy differs", "their volumes stay");
}

function planClaim(object: ExistingObject): TakeoverItem | undefined {
  if (object.name !== `home-${PROVIDER_NAME}-0`) return undefined;
  const owners = /local/.test(object.storageClass ?? "")
    ? `; its files must belong to user 10001 (docs/takeover.md)`
    : "";
  return item("keep", object, `the new provider mounts it, with its pconfig.db${owners}`, RUNNING);
}

function planRelease(object: ExistingObject, releases: ReadonlySet<string>): TakeoverItem | undefined {
  if (!releases.has(object.labels["name"] ?? "")) return undefined;
  return item("remove", object, "Helm's record: a later `helm upgrade` would undo this", UNTOUCHED);
}

/** Operators in other namespaces: two inventory operators delete each other's discovery pods. */
function strayOperators({ pods }: ExistingSite): TakeoverItem[] {
  const stray = pods.filter(
    ({ role, namespace }) =>
      (role === "hostname" || role === "inventory") && namespace !== SERVICES_NAMESPACE,
  );
  const unique = new Map(stray.map((pod) => [`${pod.namespace}/${pod.controller.name}`, pod]));
  return [...unique.values()].map(({ namespace, controller: { kind, name } }) => ({
    action: "remove",
    kind,
    namespace,
    name,
    reason: "a second one would fight the declared one",
    leases: UNTOUCHED,
    path: workloadPath(kind, namespace, name),
  }));
}

function workloadPath(kind: string, namespace: string, name: string): string {
  const root = kind === "Pod" ? "/api/v1" : "/apis/apps/v1";
  return `${root}/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`;
}

function keptAndOnChain(existing: ExistingSite, context: TakeoverContext): TakeoverItem[] {
  const { leases, customResources, objects } = existing;
  const { owner, onChain, parts } = context;
  const counts = Object.entries(customResources).filter(([, count]) => count > 0);
  const kept: TakeoverItem[] = counts.map(([plural, count]) => ({
    action: "keep",
    kind: "CustomResource",
    namespace: "lease",
    name: `${plural} (${count})`,
    reason: "the provider resumes its leases from them",
    leases: RUNNING,
  }));
  for (const object of objects) {
    if (!OTHER_WAY_IN.includes(object.kind) || isOurs(object) || isDeclared(object, parts)) continue;
    kept.push(item("keep", object, "of another way in than this site's; leases may use it", UNTOUCHED));
  }
  if (leases > 0) {
    kept.push({
      action: "keep",
      kind: "Namespace",
      name: `of leases (${leases})`,
      reason: "workloads of tenants",
      leases: RUNNING,
    });
  }
  if (onChain?.hostUri !== undefined) {
    const reason = `now ${onChain.hostUri}; updated where it differs, not created`;
    kept.push({ action: "adopt", kind: "on-chain record", name: owner, reason, leases: RUNNING });
  }
  if ((onChain?.validCertificates ?? 0) > 0) {
    kept.push({
      action: "keep",
      kind: "on-chain certificate",
      name: `valid (${onChain?.validCertificates})`,
      reason: "those of this host are revoked once the new one is served",
      leases: RUNNING,
    });
  }
  return kept;
}

function item(
  action: TakeoverItem["action"],
  {
    kind,
    namespace,
    name,
    path,
  }: Pick<TakeoverItem, "kind" | "name" | "namespace"> & { readonly path: string },
  reason: string,
  leases: string,
): TakeoverItem {
  return { action, kind, ...(namespace === undefined ? {} : { namespace }), name, reason, leases, path };
}
