import { isIP } from "node:net";

export type DnsRecordType = "A" | "AAAA" | "CNAME";

/** One record of the site. */
export interface DnsRecord {
  /** Fully qualified, lower case, without a final dot. */
  readonly name: string;
  readonly type: DnsRecordType;
  /** An address, or a name without a final dot. */
  readonly value: string;
  /** Seconds. */
  readonly ttl: number;
}

export interface DnsPlan {
  /** Domain under which the site answers. */
  readonly domain: string;
  /** Public address of the site, or `cname:NAME` for one that another record follows. */
  readonly address: string;
  /** Seconds. Default: 300. */
  readonly ttl?: number;
}

/** Lower case and without the final dot, as records are compared. */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** The shortest form of an IPv6 address; anything else as it is. */
export function canonicalValue(type: DnsRecordType, value: string): string {
  if (type === "CNAME") return canonicalName(value);
  return type === "AAAA" && isIP(value) === 6 ? new URL(`http://[${value}]`).hostname.slice(1, -1) : value;
}

function target(address: string): Pick<DnsRecord, "type" | "value"> {
  if (address.startsWith("cname:")) {
    return { type: "CNAME", value: canonicalName(address.slice("cname:".length)) };
  }
  const family = isIP(address);
  if (family === 0) {
    throw new RangeError(
      `\`address\` is ${JSON.stringify(address)}, which is neither an IP address nor cname:NAME.`,
    );
  }
  const type = family === 6 ? "AAAA" : "A";
  return { type, value: canonicalValue(type, address) };
}

/**
 * Names that a site answers under: `provider.<domain>`, where tenants reach the provider, and `*.ingress.<domain>`,
 * under which every lease gets its web address.
 */
export function recordNames(domain: string): string[] {
  const base = canonicalName(domain);
  return [`provider.${base}`, `*.ingress.${base}`];
}

/**
 * The records that a site needs, one for each of its names.
 *
 * @throws RangeError when the address is neither an IP address nor `cname:NAME`, or a name points to itself
 */
export function dnsRecords({ domain, address, ttl = 300 }: DnsPlan): DnsRecord[] {
  const base = canonicalName(domain);
  const to = target(address);
  const records = recordNames(domain).map((name) => ({ name, ...to, ttl }));
  if (to.type === "CNAME" && (to.value === `provider.${base}` || to.value.endsWith(`.ingress.${base}`))) {
    throw new RangeError(
      `\`address: ${address}\` would make ${to.value} point to itself. Name another host.`,
    );
  }
  return records;
}

/** `dig`-like text of a record, for a person to copy. */
export function recordText({ name, type, value, ttl }: DnsRecord): string {
  const final = type === "CNAME" ? `${value}.` : value;
  return `${name}. ${ttl} IN ${type} ${final}`;
}
