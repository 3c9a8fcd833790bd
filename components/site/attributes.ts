import { gpuAttributes, gpuAuditAttributes } from "../gpu/attributes.ts";
import { cephClasses } from "../storage/ceph.ts";
import { isCounted, type LeaseStorageClass, storageAttributes } from "../storage/classes.ts";
import type { SiteConfig } from "./config.ts";
import type { ObservedSite } from "./observe.ts";

/**
 * What the provider says of itself on chain: what was declared, and what was found. What is found wins: an
 * advertised GPU that is not there costs a tenant a failed lease. A class of storage that the inventory operator does
 * not count is left out: the provider would never bid with it.
 */
export function siteAttributes(
  config: Pick<SiteConfig, "attributes"> & Offered,
  observed: Pick<ObservedSite, "gpu" | "nodes">,
): Record<string, string> {
  const found = [
    ...gpuAttributes(observed.gpu.devices),
    ...gpuAuditAttributes(observed.gpu),
    ...storageAttributes(leaseClasses(config, observed).filter(isCounted)),
    ...(config.provider.ipLeases === undefined ? [] : IP_ATTRIBUTES),
  ];
  return { ...config.attributes, ...Object.fromEntries(found.map(({ key, value }) => [key, value])) };
}

/** Tenants look for leased addresses under either key. */
const IP_ATTRIBUTES = ["feat-endpoint-ip", "ip-lease"].map((key) => ({ key, value: "true" }));

/** The part of a declaration that says what is offered besides GPUs. */
interface Offered extends OfferedStorage {
  readonly provider: Pick<SiteConfig["provider"], "ipLeases">;
}

/** The part of a declaration that says which classes of storage are offered. */
interface OfferedStorage {
  readonly storage: { readonly classes: readonly LeaseStorageClass[] };
}

/** What is said of declared classes that are not advertised; undefined where all are. */
export function uncountedWarning({ storage }: OfferedStorage): string | undefined {
  const left = storage.classes.filter((item) => !isCounted(item));
  if (left.length === 0) return undefined;
  const names = left.map(({ name, provisioner }) => `${name} (${provisioner})`).join(", ");
  return `Storage that is declared and not advertised: ${names}. The network's inventory counts only rancher.io/local-path and Ceph's CSI drivers, so no lease could get it. Give the class one of these provisioners, or remove it.`;
}

/** Classes of persistent storage: those declared, and those that the machines' disks give. */
export function leaseClasses(
  config: OfferedStorage,
  { nodes }: Pick<ObservedSite, "nodes">,
): LeaseStorageClass[] {
  return [...config.storage.classes, ...cephClasses(nodes?.disks ?? [])];
}
