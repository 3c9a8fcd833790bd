import { isIP } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { signingStateFolder } from "../chain/signingState.ts";
import type { HostAddress } from "../hosts/types.ts";
import { API_PORT } from "./binary.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a site's cluster is kept on this machine: kubeconfig, snapshots and their key. */
export function siteFolder(site: string, env: Environment = process.env): string {
  return join(signingStateFolder(env), site.replace(/[^\w.-]/g, "_"));
}

/** The site's kubeconfig; it stays the same file whatever happens to single nodes. */
export function siteKubeconfigPath(site: string, env: Environment = process.env): string {
  return join(siteFolder(site, env), "kubeconfig.yaml");
}

/** File with the key of the site's snapshots, unless the declaration names another. */
export function snapshotKeyPath(site: string, env: Environment = process.env): string {
  return join(siteFolder(site, env), "snapshots.pem");
}

/** Name of a machine's node, where the declaration gives none: the host's own, or one made of its address. */
export function nodeNameOf(address: HostAddress, self: string = hostname()): string {
  const host = address.host === "local" ? self : address.host;
  const plain = host.toLowerCase().replace(/[^a-z0-9-]+/g, "-");
  const name = isIP(host) ? `node-${plain}` : plain;
  return name.slice(0, 63).replace(/^-+|-+$/g, "");
}

/** Address at which this machine reaches the API server of one that it reaches over SSH. */
export function apiHost(address: HostAddress): string {
  return address.host === "local" ? "127.0.0.1" : address.host;
}

/** @param host name or address, IPv6 without brackets */
export function apiUrl(host: string): string {
  return `https://${host.includes(":") ? `[${host}]` : host}:${API_PORT}`;
}
