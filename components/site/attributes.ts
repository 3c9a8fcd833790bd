import { gpuAttributes, gpuAuditAttributes } from "../gpu/attributes.ts";
import { storageAttributes } from "../storage/classes.ts";
import type { SiteConfig } from "./config.ts";
import type { ObservedSite } from "./observe.ts";

/**
 * What the provider says of itself on chain: what was declared, and what was found. What is found wins: an
 * advertised GPU that is not there costs a tenant a failed lease.
 */
export function siteAttributes(
  config: SiteConfig,
  observed: Pick<ObservedSite, "gpu">,
): Record<string, string> {
  const found = [
    ...gpuAttributes(observed.gpu.devices),
    ...gpuAuditAttributes(observed.gpu),
    ...storageAttributes(config.storage.classes),
  ];
  return { ...config.attributes, ...Object.fromEntries(found.map(({ key, value }) => [key, value])) };
}
