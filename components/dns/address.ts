import { BlockList, isIP } from "node:net";

/** What `address` of a site may be: `auto`, an IP address, or `cname:NAME`. */
export type DeclaredAddress = string;

/** Look-ups that address resolution makes; injected, so that deciding needs no network. */
export interface AddressLookups {
  /** The address the internet sees, or undefined when nobody could say. */
  publicAddress(): Promise<string | undefined>;
  /** Addresses of this machine's (or the site's nodes') interfaces. */
  localAddresses(): readonly string[];
  /** The router's own outer address, or undefined when it does not say. */
  wanAddress(): Promise<string | undefined>;
}

export type AddressProblem =
  /** Nobody could say what the public address is. */
  | "unknown"
  /** The provider of the line shares one address among customers: nothing reaches the site from outside. */
  | "carrier-nat"
  /** The router's outer address is private: another router stands before it. */
  | "double-nat";

export interface ResolvedAddress {
  /** For records: an IP address or `cname:NAME`; absent when it is not known. */
  readonly address?: string;
  /** Whether the machine has the address itself; where not, a router must forward ports. */
  readonly onMachine: boolean;
  readonly problem?: AddressProblem;
  /** What is wrong and what to do, with the problem. */
  readonly message?: string;
}

const carrier = new BlockList();
carrier.addSubnet("100.64.0.0", 10);

const privateNets = new BlockList();
for (const [net, prefix] of [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["127.0.0.0", 8],
] as const) {
  privateNets.addSubnet(net, prefix);
}
privateNets.addSubnet("fc00::", 7, "ipv6");
privateNets.addSubnet("fe80::", 10, "ipv6");
privateNets.addAddress("::1", "ipv6");

function within(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** Whether the address is in 100.64.0.0/10, which carriers use behind their own NAT (RFC 6598). */
export function isCarrierAddress(address: string): boolean {
  return within(carrier, address);
}

/** Whether the address is of a private, link-local or loopback net. */
export function isPrivateAddress(address: string): boolean {
  return within(privateNets, address);
}

const waysOut =
  "Ask the provider of the line for a public IPv4 address of your own, use a line that has one, or bring the site out through a tunnel to a rented server and declare its address.";

/**
 * Settles the public address before anything is signed or paid. An address that is declared is believed; with
 * `auto` it is looked up, and a line that nothing can reach from outside is a named problem.
 */
export async function resolveAddress(
  declared: DeclaredAddress,
  lookups: AddressLookups,
): Promise<ResolvedAddress> {
  const local = lookups.localAddresses();
  if (declared.startsWith("cname:")) return { address: declared, onMachine: false };
  if (declared !== "auto") return { address: declared, onMachine: local.includes(declared) };

  const [address, wan] = await Promise.all([lookups.publicAddress(), lookups.wanAddress()]);
  if (address === undefined) {
    return {
      onMachine: false,
      problem: "unknown",
      message:
        "The public address could not be found out. Declare it: `address: 203.0.113.10` or `address: cname:NAME`.",
    };
  }
  if (local.includes(address)) return { address, onMachine: true };
  return { address, onMachine: false, ...natProblem(address, wan, local) };
}

function natProblem(
  address: string,
  wan: string | undefined,
  local: readonly string[],
): Pick<ResolvedAddress, "problem" | "message"> {
  // A machine that also has a private address is behind a router, and a 100.64.0.0/10 address beside it is an
  // overlay network's, such as Tailscale's.
  const line = wan ?? (local.some(isPrivateAddress) ? undefined : local.find(isCarrierAddress));
  if (line === undefined || line === address) return {};
  if (isPrivateAddress(line)) {
    return {
      problem: "double-nat",
      message: `The router's own address is ${line}, so another router stands before it. Set the outer one to bridge mode, or forward the ports on both.`,
    };
  }
  return {
    problem: "carrier-nat",
    message: `The line has the address ${line} but the internet sees ${address}: its provider shares addresses among customers (CGNAT), and nothing reaches the site from outside. ${waysOut}`,
  };
}
