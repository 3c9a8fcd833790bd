import type { Input } from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/index.ts";
import type { TlsArgs } from "./SiteTls.ts";

/** What both ways in have in common. */
export interface IngressArgs {
  /** Domain of the site; leases are reached under `*.ingress.<domain>`. */
  readonly domain: string;
  /**
   * `chart` installs the controller and, for TLS, cert-manager; `none` declares the objects that leases need
   * and nothing that has to run, because somebody else installed it or the nodes are simulated. Default:
   * `chart`.
   */
  readonly controller?: "chart" | "none";
  /**
   * Keep, when this is destroyed, what others than this site depend on: the Gateway API's CRDs, whose removal takes
   * every Gateway and route of the cluster along, and with `controller: none` the controller's namespace and the
   * IngressClass. Default: true.
   */
  readonly retain?: boolean;
  /** Certificates of leases' web addresses. Default: self-signed; with `controller: none`, none. */
  readonly tls?: TlsArgs;
  /** How to reach the cluster; needed for `tls.dns01`. */
  readonly cluster?: Input<ClusterAccess>;
  /** Bind 80, 443, 8443 and 8444 on every node. Default: true. */
  readonly hostPorts?: boolean;
  /** Folder with the charts, for sites without internet. Default: their official addresses. */
  readonly mirror?: string;
  /** Seconds to wait until each chart is ready; 0 does not wait. Default: 300. */
  readonly waitSeconds?: number;
}
