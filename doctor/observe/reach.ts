import { Resolver } from "node:dns/promises";
import { request as httpRequest } from "node:http";
import { isIP } from "node:net";
import { type ResolvedAddress, resolveAddress } from "../../components/dns/address.ts";
import type { DnsRecord } from "../../components/dns/records.ts";
import { type RecordStatus, verifyRecords } from "../../components/dns/verifyRecords.ts";
import type { SiteConfig } from "../../components/site/config.ts";
import { hostsOfMachines, internalAddresses, publicHost } from "../../components/site/nodes.ts";
import { findAddress, type SiteLookups, siteLookups } from "../../components/site/publicAddress.ts";
import type { ClusterView } from "./cluster.ts";
import { type GrpcAnswer, probeGrpc } from "./grpc.ts";
import { holds } from "./objects.ts";
import { once, onceEach } from "./once.ts";
import {
  type HttpAnswer,
  type Place,
  ProbeFailed,
  probeHttps,
  probeTcp,
  probeTls,
  type TlsAnswer,
} from "./probes.ts";

/** How the site is reached from where the doctor runs. */
export interface ReachOptions {
  /** `host` or `host:port` of the resolver that is asked. Default: the system's. */
  readonly resolver?: string;
  /** Address that is tried first, for example of a tunnel. Default: the site's own and its nodes'. */
  readonly address?: string;
  /** Ports that are tried instead of others, by the site's port. */
  readonly ports?: Readonly<Record<number, number>>;
  /**
   * Address of a service that says whether a port is open from outside, with `{host}` and `{port}` in it. It
   * answers `true` or `open`, or JSON with `open: true`. Default: none, and nobody is asked.
   */
  readonly outside?: string;
  /** How the public address is found out, where not as `up` does. */
  readonly lookups?: Partial<SiteLookups>;
}

/** The site as somebody who connects to it sees it. */
export interface ReachView {
  readonly outsideService: string | undefined;
  address(): Promise<ResolvedAddress>;
  record(record: DnsRecord): Promise<RecordStatus>;
  /** Where a port of the site answers; throws ProbeFailed naming every place that was tried. */
  open(port: number): Promise<Place>;
  tls(port: number, serverName?: string): Promise<TlsAnswer>;
  /** How a gRPC call with an empty message ends. */
  grpc(port: number, method: string): Promise<GrpcAnswer>;
  /** GET of the provider's own gateway. */
  provider(path: string): Promise<HttpAnswer>;
  /** What answers plain HTTP for a host name; its status. */
  httpFor(name: string): Promise<number>;
  /** Whether the service outside reaches a port. */
  fromOutside(port: number): Promise<boolean>;
}

/** Most nodes that are tried beside the site's address. */
const NODES = 4;

export function observeReach(
  site: SiteConfig,
  cluster: ClusterView,
  options: ReachOptions,
  timeoutMs: number,
): ReachView {
  const provider = new URL(site.hostUri);
  const lookups: SiteLookups = {
    ...siteLookups,
    resolve: (name) => addressesOf(name, options.resolver, timeoutMs),
    ...options.lookups,
  };
  const address = once(() => addressOf(site, cluster, lookups));
  const candidates = once(async () => {
    if (options.address !== undefined) return [options.address];
    const [{ address: own }, nodes] = await Promise.all([address(), cluster.nodes().catch(() => [])]);
    const inside = nodes
      .filter(({ status }) => holds(status?.conditions, "Ready"))
      .flatMap(({ status }) => status?.addresses?.find(({ type }) => type === "InternalIP")?.address ?? []);
    const named = await addressesOf(provider.hostname, options.resolver, timeoutMs);
    const outer = own !== undefined && isIP(own) !== 0 ? [own] : [];
    return [...new Set([...outer, ...named, ...inside.slice(0, NODES)])];
  });
  const places = async (port: number): Promise<Place[]> => {
    const there = options.ports?.[port] ?? port;
    return (await candidates()).map((host) => ({ host, port: there }));
  };
  const open = onceEach(async (port) => {
    const tried = await places(Number(port));
    try {
      return await Promise.any(tried.map((place) => probeTcp(place, timeoutMs / 2).then(() => place)));
    } catch (error) {
      const causes = error instanceof AggregateError ? (error.errors as Error[]) : [];
      const lines = tried.map((place, index) => `${textOf(place)}: ${causes[index]?.message ?? "no answer"}`);
      throw new ProbeFailed(lines.join("; ") || "no address of the site is known");
    }
  });
  const openAt = (port: number) => open(String(port));
  const providerPort = Number(provider.port || 443);
  return {
    outsideService: options.outside,
    address,
    record: (record) =>
      verifyRecords([record], {
        timeoutMs: Math.min(2000, timeoutMs),
        ...(options.resolver === undefined ? {} : { resolver: options.resolver }),
      }).then(([status]) => status as RecordStatus),
    open: openAt,
    tls: async (port, serverName) =>
      probeTls(await openAt(port), { timeoutMs, ...(serverName === undefined ? {} : { serverName }) }),
    grpc: async (port, method) => probeGrpc(await openAt(port), method, timeoutMs),
    provider: onceEach(async (path) =>
      probeHttps(await openAt(providerPort), { path, hostHeader: provider.host, timeoutMs }),
    ),
    httpFor: async (name) => plainStatus(await openAt(80), name, timeoutMs),
    fromOutside: async (port) => askOutside(options.outside ?? "", provider.hostname, port, timeoutMs),
  };
}

/** The address as `up` settles it. A cluster that does not answer is taken for one of this machine's network. */
async function addressOf(
  { address, domain, nodes }: SiteConfig,
  cluster: ClusterView,
  lookups: SiteLookups,
): Promise<ResolvedAddress> {
  if (address !== "auto") return resolveAddress(address, lookups);
  if (nodes !== undefined) {
    const declared = publicHost(nodes.map(({ host }) => host)) ?? address;
    return findAddress({ declared, domain, nodes: hostsOfMachines(nodes) }, lookups);
  }
  const found = await cluster.nodes().catch(() => undefined);
  if (found === undefined) return resolveAddress(address, lookups);
  return findAddress({ declared: address, domain, nodes: internalAddresses(found) }, lookups);
}

function textOf({ host, port }: Place): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

async function addressesOf(name: string, server: string | undefined, timeoutMs: number): Promise<string[]> {
  if (isIP(name) !== 0) return [name];
  const resolver = new Resolver({ timeout: Math.min(2000, timeoutMs), tries: 1 });
  if (server !== undefined) resolver.setServers([server]);
  return resolver.resolve4(name).catch(() => []);
}

function plainStatus({ host, port }: Place, name: string, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const request = httpRequest({ host, port, path: "/", headers: { host: name }, signal }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.once("error", (error) =>
      reject(new ProbeFailed(error.name === "AbortError" ? "no answer to HTTP" : error.message)),
    );
    request.end();
  });
}

async function askOutside(template: string, host: string, port: number, timeoutMs: number): Promise<boolean> {
  const url = template.replaceAll("{host}", host).replaceAll("{port}", String(port));
  const where = new URL(url).origin;
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch(() => {
    throw new ProbeFailed(`the service ${where} does not answer`);
  });
  if (!response.ok) throw new ProbeFailed(`the service ${where} answered ${response.status}`);
  const text = (await response.text()).trim();
  if (/^(true|open)$/i.test(text)) return true;
  if (/^(false|closed)$/i.test(text)) return false;
  try {
    return (JSON.parse(text) as { open?: unknown }).open === true;
  } catch {
    throw new ProbeFailed(`the service ${where} answered neither true, open nor JSON with \`open\``);
  }
}
