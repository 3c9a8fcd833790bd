import { resolveAddress } from "../../components/dns/address.ts";
import { InitError } from "./errors.ts";
import type { Location } from "./place.ts";

/** What was found out about the way between this machine and the internet. */
export interface NetworkFacts {
  /** Addresses of this machine's interfaces. */
  readonly localAddresses: readonly string[];
  /** The one it goes out with. */
  readonly lanAddress?: string;
  /** Address the internet sees; undefined when nobody could say. */
  readonly publicAddress?: string;
  /** Address of the line: the router's outside, where it tells, or a shared one on the way out. */
  readonly lineAddress?: string;
}

/** How tenants will reach a site. */
export type Reach =
  /** The public address is on the machine itself. */
  | { readonly kind: "direct"; readonly address: string }
  /** A router holds it, and must forward ports to the machine. */
  | {
      readonly kind: "forwarded";
      readonly address: string;
      readonly lanAddress: string;
      readonly warning?: string;
    }
  /** The person said so; whatever is there leads to the site. */
  | { readonly kind: "declared"; readonly address: string }
  /** It could not be found out. */
  | { readonly kind: "unknown"; readonly reason: string };

/**
 * How tenants will reach a site at a place.
 *
 * @param declared an address the person gave, which is believed
 * @throws {InitError} when nothing can reach it, before anything costs money
 */
export async function reachOf(location: Location, facts: NetworkFacts, declared?: string): Promise<Reach> {
  if (declared !== undefined) return { kind: "declared", address: declared };
  if (location.kind === "elsewhere") return { kind: "direct", address: location.publicAddress };
  const resolved = await resolveAddress("auto", {
    publicAddress: async () => facts.publicAddress,
    localAddresses: () => facts.localAddresses,
    wanAddress: async () => facts.lineAddress,
  });
  const { address, message, problem } = resolved;
  if (problem === "carrier-nat") {
    throw new InitError(
      `${message} Nothing was written and nothing was spent. Behind a tunnel, run this again with --address and the server's address.`,
    );
  }
  const lanAddress = location.lanAddress ?? facts.lanAddress;
  if (address === undefined) return { kind: "unknown", reason: message ?? "" };
  if (resolved.onMachine) return { kind: "direct", address };
  if (lanAddress === undefined) {
    return { kind: "unknown", reason: "This machine has no address that a router could forward ports to." };
  }
  return { kind: "forwarded", address, lanAddress, ...(message === undefined ? {} : { warning: message }) };
}

/** What to declare as `address`. One that a router holds may change, so it is looked up each time. */
export function addressToDeclare(location: Location, reach: Reach): string {
  if (reach.kind === "declared") return reach.address;
  return location.kind === "elsewhere" ? location.publicAddress : "auto";
}

/** One line of a router's port forwarding. */
export interface Forward {
  /** Port or range on the router. */
  readonly port: string;
  readonly protocol: "TCP" | "TCP+UDP";
  /** Address and port it goes to. */
  readonly to: string;
  readonly purpose: string;
}

const PORTS: readonly (readonly [port: string, protocol: Forward["protocol"], purpose: string])[] = [
  ["80", "TCP", "websites of leases"],
  ["443", "TCP", "websites of leases, TLS"],
  ["8443", "TCP", "the provider's API"],
  ["8444", "TCP", "the provider's gRPC API"],
  ["30000-32767", "TCP+UDP", "other ports of leases"],
];

/** The forwards a site needs, port for port; none where no router stands before it. */
export function forwardsOf(reach: Reach): Forward[] {
  if (reach.kind !== "forwarded") return [];
  return PORTS.map(([port, protocol, purpose]) => ({
    port,
    protocol,
    to: `${reach.lanAddress}:${port}`,
    purpose,
  }));
}
