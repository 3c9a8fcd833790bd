import { PROVIDER_NAME } from "../../akash/names.ts";
import { isOurs } from "./declared.ts";
import { ProviderOfOtherOwner } from "./errors.ts";
import { isTakenOver, saysAddress } from "./secondSigners.ts";
import type { ExistingSite } from "./types.ts";

/**
 * Refuses to put the site's provider in the place of one that says it signs with another wallet. One that does not
 * say is the site's to take over, as its name is.
 *
 * @param owner address of the site's wallet
 * @throws ProviderOfOtherOwner
 */
export function requireOwnProvider({ objects, pods }: ExistingSite, owner: string): void {
  const workloads = objects
    .filter((object) => object.kind === "StatefulSet" && object.name === PROVIDER_NAME && !isOurs(object))
    .map(({ kind, name, workload }) => ({ kind, name, from: workload?.key.from }));
  const left = pods
    .filter((pod) => pod.role === "provider" && !pod.ours && isTakenOver(pod))
    .map(({ controller, key }) => ({ ...controller, from: key.from }));
  for (const { from, ...place } of [...workloads, ...left]) {
    if (saysAddress(from) && from !== owner) throw new ProviderOfOtherOwner(place, from, owner);
  }
}
