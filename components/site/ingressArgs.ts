import type { IngressArgs, TlsArgs } from "../ingress/index.ts";
import type { SiteConfig } from "./config.ts";

/** What the ingress components take, from a site's declaration. */
export function ingressArgs(
  config: SiteConfig,
): Pick<IngressArgs, "domain" | "controller" | "retain" | "tls" | "mirror"> {
  const { domain, ingress, mirror, network } = config;
  return {
    domain,
    controller: ingress.controller,
    // A throwaway cluster is nobody else's.
    retain: network !== "devnet",
    ...(mirror.charts === undefined ? {} : { mirror: mirror.charts }),
    // Without a controller of ours nothing may be there yet that certificates could be asked of.
    ...(ingress.controller === "none" ? {} : { tls: tlsArgs(config) }),
  };
}

function tlsArgs({ tls, dns }: SiteConfig): TlsArgs {
  if (tls.issuer !== "letsencrypt-dns01" || dns.provider === "manual") return tls;
  if (dns.provider === "cloudflare") {
    const { tokenEnv, clusterTokenEnv = tokenEnv } = dns;
    return { ...tls, dns01: { provider: "cloudflare", credential: { env: clusterTokenEnv } } };
  }
  const { server, port, keyName, algorithm, secretEnv, secretFile } = dns;
  const credential = secretFile === undefined ? { env: secretEnv ?? "" } : { file: secretFile };
  return { ...tls, dns01: { provider: "rfc2136", server, port, keyName, algorithm, credential } };
}
