import { type CloudflareRecord, openCloudflare } from "../../dns/cloudflareApi.ts";
import { canonicalName, recordNames } from "../../dns/records.ts";
import type { SiteConfig } from "../config.ts";
import { hostsOfMachines, publicHost } from "../nodes.ts";
import { nearNodes } from "../publicAddress.ts";
import { AddressInRecords } from "./errors.ts";
import type { TakeoverItem } from "./types.ts";

/** Records of the site's names that somebody else made. */
export interface AddressRecords {
  /** The names that they are of. */
  readonly names: readonly string[];
  readonly items: readonly TakeoverItem[];
  /** To be called right before the update, which makes the declared ones. */
  deleteAll(): Promise<void>;
}

const NO_RECORDS: AddressRecords = { names: [], items: [], deleteAll: async () => {} };

/**
 * Finds what Cloudflare has under the site's names and the state does not know. Cloudflare would refuse the declared
 * record beside it, or lead tenants to both by turns. Where all names are in the state, nobody is asked.
 *
 * @param deployed names of the records in the stack's state
 * @param open for another Cloudflare in tests
 * @throws DnsError when the token is missing or not allowed to, or has no such zone
 */
export async function findAddressRecords(
  { dns, domain }: Pick<SiteConfig, "dns" | "domain">,
  deployed: readonly string[],
  open = openCloudflare,
): Promise<AddressRecords> {
  if (dns.provider !== "cloudflare") return NO_RECORDS;
  const known = deployed.map(canonicalName);
  const names = recordNames(domain).filter((name) => !known.includes(name));
  if (names.length === 0) return NO_RECORDS;
  const cloudflare = open({ zone: dns.zone, tokenEnv: dns.tokenEnv });
  const records = await cloudflare.addressRecords(names);
  if (records.length === 0) return NO_RECORDS;
  return {
    names: records.map(({ name }) => name),
    items: planAddressRecords(records),
    deleteAll: async () => {
      await Promise.all(records.map((record) => cloudflare.remove(record)));
    },
  };
}

/** Records of other types, such as TXT, are not looked at and stay. */
function planAddressRecords(records: readonly CloudflareRecord[]): TakeoverItem[] {
  return records.map(({ name, type, content }) => ({
    action: "replace",
    kind: "record",
    name: `${name} → ${content} (${type}) at Cloudflare`,
    reason: "made anew: Cloudflare takes no second one of this name",
    leases: "keep running; the name leads nowhere for moments",
  }));
}

/**
 * Refuses to take away what `auto` is read from: on a machine that is not at the site, the site's address is where its
 * names lead.
 *
 * @param addresses of the nodes of a cluster that is not the site's own, asked for only where they matter
 * @param near others in tests
 * @throws AddressInRecords
 */
export async function requireAddress(
  { address, nodes }: Pick<SiteConfig, "address" | "nodes">,
  { names }: Pick<AddressRecords, "names">,
  addresses: () => Promise<readonly string[]>,
  near = nearNodes,
): Promise<void> {
  if (names.length === 0 || address !== "auto") return;
  const hosts = nodes === undefined ? await addresses() : hostsOfMachines(nodes);
  if (nodes !== undefined && publicHost(nodes.map(({ host }) => host)) !== undefined) return;
  if (!(await near(hosts))) throw new AddressInRecords(names);
}
