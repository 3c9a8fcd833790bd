import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/index.ts";
import { CloudflareRecords } from "./CloudflareRecords.ts";
import { DynamicAddress } from "./DynamicAddress.ts";
import { ManualRecords } from "./ManualRecords.ts";
import { Rfc2136Records } from "./Rfc2136Records.ts";
import type { DnsRecordArgs } from "./recordArgs.ts";
import type { DnsRecord } from "./records.ts";
import type { TsigKeySource } from "./tsigSecret.ts";

/** Who serves the site's records. */
export type DnsConfig =
  | {
      readonly provider: "cloudflare";
      /** Default: the site's domain. */
      readonly zone?: string;
      /** Environment variable with an API token. Default: `CLOUDFLARE_API_TOKEN`. */
      readonly tokenEnv?: string;
      /** Environment variable with the API token that the cluster holds. Default: `tokenEnv`. */
      readonly clusterTokenEnv?: string;
    }
  | ({
      readonly provider: "rfc2136";
      /** IP address or host name of the name server that takes the updates. */
      readonly server: string;
      /** Default: 53. */
      readonly port?: number;
      /** Default: the site's domain. */
      readonly zone?: string;
    } & TsigKeySource)
  | {
      readonly provider: "manual";
      /** Resolver that verifies the records, `host` or `host:port`. Default: the system's. */
      readonly resolver?: string;
    };

export interface SiteDnsArgs {
  /** Who serves the records, and how to reach them. */
  readonly config: DnsConfig;
  /** The site's domain; the zone, where `config` names none. */
  readonly domain: string;
  /** The records, from `dnsRecords`. */
  readonly records: readonly DnsRecordArgs[];
  /**
   * The address changes and is updated from inside this cluster; only with Cloudflare. Default: it does not
   * change.
   */
  readonly dynamic?: { readonly cluster: pulumi.Input<ClusterAccess> } | undefined;
}

/** The site's DNS records, wherever they are kept. */
export class SiteDns extends pulumi.ComponentResource {
  /** The records as declared. */
  readonly records: pulumi.Output<DnsRecord[]>;
  /** Why a record is not verified, by name; empty where the DNS host itself was asked. */
  readonly unverified: pulumi.Output<Record<string, string>>;

  /**
   * @throws RangeError when `dynamic` is given with another provider than Cloudflare
   * @throws pulumi.RunError when the variable with Cloudflare's token is not set
   */
  constructor(name: string, args: SiteDnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:dns:SiteDns", name, {}, opts);
    const { config, domain, records, dynamic } = args;
    if (dynamic !== undefined && config.provider !== "cloudflare") {
      throw new RangeError(
        "`dynamic` needs `provider: cloudflare`; elsewhere let a host name follow the address and declare `address: cname:NAME`.",
      );
    }
    const parent = { parent: this };
    this.records = pulumi.output([...records]);
    this.unverified = pulumi.output<Record<string, string>>({});
    switch (config.provider) {
      case "cloudflare": {
        const { zone = domain, tokenEnv, clusterTokenEnv = tokenEnv } = config;
        const held = new CloudflareRecords(
          `${name}-cloudflare`,
          { zone, records, dynamic: dynamic !== undefined, tokenEnv },
          parent,
        );
        if (dynamic !== undefined) {
          const { zoneId, recordIds } = held;
          new DynamicAddress(
            `${name}-updater`,
            { cluster: dynamic.cluster, zoneId, recordIds, tokenEnv: clusterTokenEnv },
            parent,
          );
        }
        break;
      }
      case "rfc2136": {
        const { provider: _, zone = domain, ...server } = config;
        new Rfc2136Records(`${name}-records`, { ...server, zone, records }, parent);
        break;
      }
      case "manual": {
        const { resolver } = config;
        this.unverified = new ManualRecords(`${name}-records`, { records, resolver }, parent).unverified;
        break;
      }
    }
    this.registerOutputs({ records: this.records, unverified: this.unverified });
  }
}
