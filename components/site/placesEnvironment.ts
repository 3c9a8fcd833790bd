import { resolveNetwork } from "../chain/networks.ts";
import { type Places, placesVariable } from "../dynamic/places.ts";
import type { SiteConfig } from "./config.ts";
import { kubeconfigOf } from "./nodes.ts";

type Declared = Pick<SiteConfig, "cluster" | "dns" | "domain" | "name" | "network">;

/** The engine's variable that says where a site's chain, cluster and name server are now, whatever its state says. */
export function placesEnvironment(config: Declared): Record<string, string> {
  const { dns, domain, network } = config;
  const places: Places = {
    // The embedded chain is looked up by its name each time.
    ...(network === "devnet" ? {} : { chain: resolveNetwork(network, {}) }),
    kubeconfigPath: kubeconfigOf(config),
    ...(dns.provider === "rfc2136"
      ? { nameServer: { zone: dns.zone ?? domain, server: dns.server, port: dns.port } }
      : {}),
  };
  return { [placesVariable]: JSON.stringify(places) };
}
