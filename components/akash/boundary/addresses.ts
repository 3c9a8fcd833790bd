import { createHash } from "node:crypto";
import { UnsupportedSetting } from "../errors.ts";

/** Ranges that the provider's own policy for leases already excepts (cluster/kube/builder/netpol.go). */
const EXCEPTED_UPSTREAM = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/**
 * Ranges that are not the internet either: carrier-grade NAT, which overlay networks use too (RFC 6598), link-local
 * with the clouds' metadata services (RFC 3927), benchmarking (RFC 2544), multicast (RFC 5771).
 */
const NOT_INTERNET = ["100.64.0.0/10", "169.254.0.0/16", "198.18.0.0/15", "224.0.0.0/4"];

/**
 * What a lease must not reach besides what the provider's own policy excepts.
 *
 * @param lan networks of the site in CIDR notation; those that are excepted anyway are dropped
 * @throws {UnsupportedSetting} something that is not an IPv4 network; leases have no IPv6 egress at all
 */
export function leaseExceptions(lan: readonly string[] = []): readonly string[] {
  const covered = [...EXCEPTED_UPSTREAM, ...NOT_INTERNET].map(parseNetwork);
  const more: Network[] = [];
  for (const network of lan.map(parseNetwork).toSorted((a, b) => a.length - b.length)) {
    if (![...covered, ...more].some((other) => contains(other, network))) more.push(network);
  }
  return [...NOT_INTERNET, ...more.map(({ text }) => text)];
}

/** What leases are to be kept from, and whether the API server can see to it. */
interface Exceptions {
  readonly lan?: readonly string[];
  /** Version of its mutating admission policies; undefined: it cannot narrow a lease's network policy. */
  readonly mutatingAdmission?: string | undefined;
}

/**
 * SHA-256 of what leases' network policies except beyond what the provider itself excepts. A policy that was narrowed
 * before is narrowed anew when the provider starts, since it finds the policy changed; one that never was stays as it
 * is until its lease's next manifest (applyNetPolicies in cluster/kube/apply.go).
 */
export function boundaryChecksum({ lan, mutatingAdmission }: Exceptions): string {
  const exceptions = mutatingAdmission === undefined ? [] : leaseExceptions(lan);
  return createHash("sha256").update(exceptions.join()).digest("hex");
}

/**
 * Refuses networks of the site that leases could reach all the same: what the provider itself excepts is fixed.
 *
 * @throws {UnsupportedSetting}
 */
export function requireExceptions({ lan = [], mutatingAdmission }: Exceptions): void {
  if (lan.length === 0 || mutatingAdmission !== undefined) return;
  throw new UnsupportedSetting(
    "lan",
    "needs an API server with mutating admission policies",
    "Use Kubernetes 1.36, or an older one with the feature gate `MutatingAdmissionPolicy`, or leave it out: leases are kept from private networks anyway.",
  );
}

interface Network {
  /** As Kubernetes wants it: host bits cleared. */
  readonly text: string;
  readonly address: number;
  readonly length: number;
}

function parseNetwork(cidr: string): Network {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const octets = match?.slice(1, 5).map(Number) ?? [];
  const length = Number(match?.[5]);
  if (match === null || octets.some((octet) => octet > 255) || length > 32) {
    throw new UnsupportedSetting("lan", `has \`${cidr}\``, "Give IPv4 networks such as `192.168.1.0/24`.");
  }
  const address = prefix(
    octets.reduce((sum, octet) => sum * 256 + octet, 0),
    length,
  );
  const text = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
  return { text: `${text}/${length}`, address, length };
}

function prefix(address: number, length: number): number {
  const size = 2 ** (32 - length);
  return Math.floor(address / size) * size;
}

function contains(outer: Network, inner: Network): boolean {
  return outer.length <= inner.length && prefix(inner.address, outer.length) === outer.address;
}
