import { type AddressLookups, resolveAddress } from "../dns/address.ts";
import { machineLookups } from "../dns/lookups.ts";

/** A declaration that cannot be completed, because what it needs cannot be found out. */
export class SiteNotBuildable extends Error {
  override readonly name = "SiteNotBuildable";
}

/** Where tenants reach a site. */
export interface PublicAddress {
  /** An IP address or `cname:NAME`. */
  readonly address: string;
  /** What a person has to see to before tenants reach it, with what to do; absent where there is nothing. */
  readonly warning?: string;
}

/**
 * Settles the public address. A second router is only warned of: whether both forward the ports cannot be seen from
 * here.
 *
 * @param declared `address` of the site
 * @param lookups from the machine that asks; others in tests
 * @throws SiteNotBuildable when it cannot be found out, or nothing from outside can reach it
 */
export async function publicAddress(
  declared: string,
  lookups: AddressLookups = machineLookups,
): Promise<PublicAddress> {
  const { address, problem, message } = await resolveAddress(declared, lookups);
  if (address === undefined || problem === "carrier-nat") throw new SiteNotBuildable(message ?? "");
  return { address, ...(message === undefined ? {} : { warning: message }) };
}
