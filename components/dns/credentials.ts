import { CredentialMissing } from "./errors.ts";
import type { DnsConfig } from "./SiteDns.ts";
import { openTsigKey } from "./tsigSecret.ts";

/** Variable with the API token, where the site names no other; the engine's plugin reads it by itself. */
export const CLOUDFLARE_TOKEN = "CLOUDFLARE_API_TOKEN";

/**
 * The token that changes records at Cloudflare; every run declares them with it.
 *
 * @param config.tokenEnv default: `CLOUDFLARE_API_TOKEN`
 * @throws CredentialMissing when the variable is not set
 */
export function openCloudflareToken(
  { zone, tokenEnv = CLOUDFLARE_TOKEN }: { readonly zone: string; readonly tokenEnv?: string | undefined },
  env: NodeJS.ProcessEnv = process.env,
): string {
  const token = env[tokenEnv];
  if (token) return token;
  throw new CredentialMissing(
    `The environment variable ${tokenEnv} is not set; it holds a Cloudflare API token that may edit the zone ${zone}.`,
  );
}

/** What of a site says which credentials its DNS takes. */
export interface DnsUse {
  readonly domain: string;
  readonly dns: DnsConfig & { readonly dynamic?: boolean };
  readonly tls: { readonly issuer: string };
}

/**
 * Checks that every run's credential for DNS is at hand. Those that only a change takes may be missing: a run that
 * changes nothing there goes without them.
 *
 * @throws CredentialMissing
 */
export function requireDnsToken({ domain, dns }: DnsUse, env: NodeJS.ProcessEnv = process.env): void {
  if (dns.provider !== "cloudflare") return;
  openCloudflareToken({ zone: dns.zone ?? domain, tokenEnv: dns.tokenEnv }, env);
}

/**
 * Checks that every credential for DNS is at hand that a site takes which is built from nothing.
 *
 * @throws CredentialMissing
 * @throws TsigSecretMissing
 */
export function requireDnsCredentials(site: DnsUse, env: NodeJS.ProcessEnv = process.env): void {
  requireDnsToken(site, env);
  const { dns, tls, domain } = site;
  if (dns.provider === "rfc2136") openTsigKey(dns, env);
  if (dns.provider !== "cloudflare" || dns.clusterTokenEnv === undefined) return;
  if (dns.dynamic !== true && tls.issuer !== "letsencrypt-dns01") return;
  if (env[dns.clusterTokenEnv]) return;
  throw new CredentialMissing(
    `The environment variable ${dns.clusterTokenEnv} is not set; it holds the Cloudflare API token for the zone ${dns.zone ?? domain} that the cluster keeps.`,
  );
}
