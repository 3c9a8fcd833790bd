import { lookup, Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import {
  type AddressLookups,
  isCarrierAddress,
  isPrivateAddress,
  type ResolvedAddress,
  resolveAddress,
} from "../dns/address.ts";
import { machineLookups, sharesNetwork } from "../dns/lookups.ts";
import { recordNames } from "../dns/records.ts";

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

export interface AddressQuestion {
  /** `address` of the site. */
  readonly declared: string;
  /** The site's domain. */
  readonly domain: string;
  /** Where its nodes are in their network: addresses, host names, or `local` for this machine. */
  readonly nodes: readonly string[];
}

/** What the machine that asks can find out. */
export interface SiteLookups extends AddressLookups {
  nearNodes(nodes: readonly string[]): Promise<boolean>;
  /** IPv4 addresses that a name leads to now; none where it leads nowhere. */
  resolve(name: string): Promise<readonly string[]>;
}

/** Whether this machine is one of these nodes (addresses, names, or `local`), or stands in a network with one. */
export async function nearNodes(nodes: readonly string[]): Promise<boolean> {
  if (nodes.includes("local")) return true;
  const found = nodes.map(async (node) => {
    if (isIP(node) !== 0) return [node];
    const addresses = await lookup(node, { all: true }).catch(() => []);
    return addresses.map(({ address }) => address);
  });
  return sharesNetwork((await Promise.all(found)).flat());
}

export const siteLookups: SiteLookups = {
  ...machineLookups,
  nearNodes,
  resolve: (name) => new Resolver({ timeout: 2000, tries: 2 }).resolve4(name).catch(() => []),
};

/**
 * Settles the public address. A second router is only warned of: whether both forward the ports cannot be seen from
 * here.
 *
 * @param lookups from the machine that asks; others in tests
 * @throws SiteNotBuildable when it cannot be found out, or nothing from outside can reach it
 */
export async function publicAddress(
  question: AddressQuestion,
  lookups: SiteLookups = siteLookups,
): Promise<PublicAddress> {
  const { address, problem, message } = await findAddress(question, lookups);
  if (address === undefined || problem === "carrier-nat") throw new SiteNotBuildable(message ?? "");
  return { address, ...(message === undefined ? {} : { warning: message }) };
}

/**
 * The public address, or why it is not known. What the internet sees of a machine that is not at the site, such as one
 * in a VPN, is another line's address: then `auto` stays where the site's name leads.
 *
 * @param lookups from the machine that asks
 */
export async function findAddress(question: AddressQuestion, lookups: SiteLookups): Promise<ResolvedAddress> {
  const { declared, nodes } = question;
  if (declared === "auto" && !(await lookups.nearNodes(nodes))) return deployedAddress(question, lookups);
  return resolveAddress(declared, lookups);
}

/** The one public address that the provider's name leads to. */
async function deployedAddress({ domain }: AddressQuestion, lookups: SiteLookups): Promise<ResolvedAddress> {
  const [name = ""] = recordNames(domain);
  const [found, seen] = await Promise.all([lookups.resolve(name), lookups.publicAddress()]);
  // At the site a name server of the house may lead to a private one.
  const [address, ...others] = found.filter((item) => !isPrivateAddress(item) && !isCarrierAddress(item));
  const because = "this machine shares no network with a node of the site";
  if (address === undefined || others.length > 0) {
    const leads = address === undefined ? "no public address" : "more than one address";
    return {
      onMachine: false,
      problem: "unknown",
      message: `\`address: auto\` cannot be found out from here: ${because}, and ${name} leads to ${leads}. Write the site's: \`address: 203.0.113.10\` or \`address: cname:NAME\`; or run this in the site's network.`,
    };
  }
  if (address === seen) return { address, onMachine: false };
  const here = seen === undefined ? "" : ` (${seen})`;
  return {
    address,
    onMachine: false,
    message: `\`address: auto\` stays ${address}, where ${name} leads: ${because}, so the address that the internet sees it at${here} is not taken. Where the site's has changed, run this in the site's network, or write it.`,
  };
}
