import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { canonicalValue, type DnsRecord } from "./records.ts";

export interface VerifyOptions {
  /** `host` or `host:port` of a resolver. Default: the system's. */
  readonly resolver?: string;
  /** Time limit of one look-up in milliseconds. Default: 2000. */
  readonly timeoutMs?: number;
}

export interface RecordStatus {
  readonly record: DnsRecord;
  /** Whether the name leads where it should. */
  readonly verified: boolean;
  /** Where it leads; absent when nowhere. */
  readonly observed?: string;
  /** Why it is not verified. */
  readonly reason?: string;
}

/** Top-level domains that no resolver knows (RFC 6761, RFC 6762): asking only costs time. */
const reserved = /\.(test|example|invalid|localhost|local)$/;

/** A name that the record answers; a wildcard answers any label. */
function askedName(name: string): string {
  return name.replace(/^\*\./, "site-check.");
}

async function addressesOf(resolver: Resolver, name: string): Promise<string[]> {
  const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const addresses = found.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  const failure = found.find((result) => result.status === "rejected");
  if (addresses.length === 0 && failure !== undefined) throw failure.reason;
  return addresses.map((address) => canonicalValue(isIP(address) === 6 ? "AAAA" : "A", address)).sort();
}

/** An alias is right when it leads to the same addresses: a DNS host may flatten it. */
async function wantedAddresses(resolver: Resolver, { type, value }: DnsRecord): Promise<string[]> {
  return type === "CNAME" ? addressesOf(resolver, value) : [value];
}

async function verifyRecord(resolver: Resolver, record: DnsRecord): Promise<RecordStatus> {
  try {
    const found = await addressesOf(resolver, askedName(record.name));
    const wanted = await wantedAddresses(resolver, record);
    const observed = found.join(", ");
    if (observed === wanted.join(", ")) return { record, verified: true, observed };
    return { record, verified: false, observed, reason: `leads to ${observed}` };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "no answer";
    const missing = code === "ENOTFOUND" || code === "ENODATA";
    return {
      record,
      verified: false,
      reason: missing ? "does not exist yet" : `could not be looked up (${code})`,
    };
  }
}

/** Looks every record up as a tenant would. It never fails: what cannot be verified is said. */
export async function verifyRecords(
  records: readonly DnsRecord[],
  options: VerifyOptions = {},
): Promise<RecordStatus[]> {
  const resolver = new Resolver({ timeout: options.timeoutMs ?? 2000, tries: 1 });
  if (options.resolver !== undefined) resolver.setServers([options.resolver]);
  return Promise.all(
    records.map(async (record) => {
      if (options.resolver === undefined && reserved.test(record.name)) {
        return { record, verified: false, reason: "is under a domain that is reserved for tests" };
      }
      return verifyRecord(resolver, record);
    }),
  );
}
