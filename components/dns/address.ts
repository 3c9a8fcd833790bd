import { BlockList, isIP } from "node:net";

/**
 * What an address can be used for. `cgnat` is the range that providers share among customers (RFC 6598);
 * nobody outside can open a connection to it, nor to the others that are not `public`.
 */
export type AddressKind = "public" | "private" | "cgnat" | "loopback" | "link-local" | "reserved";

type Range = readonly [network: string, prefix: number];

const RANGES: Readonly<Record<Exclude<AddressKind, "public">, readonly Range[]>> = {
  cgnat: [["100.64.0.0", 10]],
  private: [
    ["10.0.0.0", 8],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
    ["fc00::", 7],
  ],
  loopback: [
    ["127.0.0.0", 8],
    ["::1", 128],
  ],
  "link-local": [
    ["169.254.0.0", 16],
    ["fe80::", 10],
  ],
  reserved: [
    ["0.0.0.0", 8],
    ["192.0.0.0", 24],
    ["198.18.0.0", 15],
    ["224.0.0.0", 3],
    ["::", 128],
    ["ff00::", 8],
  ],
};

const kinds = Object.entries(RANGES).map(([kind, ranges]) => {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, familyOf(network));
  return [kind as AddressKind, list] as const;
});

/** What an IP address, version 4 or 6, can be used for; undefined for text that is none. */
export function addressKind(address: string): AddressKind | undefined {
  if (isIP(address) === 0) return undefined;
  return kinds.find(([, list]) => list.check(address, familyOf(address)))?.[0] ?? "public";
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}
