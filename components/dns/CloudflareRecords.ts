// The package's root imports a thousand resources and costs more than a second.
import { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
import { getZoneOutput } from "@pulumi/cloudflare/getZone.js";
import { Provider } from "@pulumi/cloudflare/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { CLOUDFLARE_TOKEN, openCloudflareToken } from "./credentials.ts";
import type { DnsRecordArgs } from "./recordArgs.ts";

export interface CloudflareRecordsArgs {
  /** The zone at Cloudflare that holds the records. */
  readonly zone: string;
  /**
   * Environment variable with an API token that may edit the zone (permission Zone.DNS.Edit on this zone
   * alone). Default: `CLOUDFLARE_API_TOKEN`, which the Cloudflare plugin reads by itself, so that the token is
   * in no state; from another variable it is stored as a secret.
   */
  readonly tokenEnv?: string;
  /** Records to hold. */
  readonly records: readonly DnsRecordArgs[];
  /** The addresses change and are updated from inside the cluster (`DynamicAddress`). Default: false. */
  readonly dynamic?: boolean;
}

/**
 * Records at Cloudflare. They are never proxied: Cloudflare's proxy passes neither the provider's ports 8443
 * and 8444 nor the ports of leases.
 */
export class CloudflareRecords extends pulumi.ComponentResource {
  /** Cloudflare's id of the zone. */
  readonly zoneId: pulumi.Output<string>;
  /** Cloudflare's ids of the records, in their order. */
  readonly recordIds: pulumi.Output<string[]>;

  /** @throws pulumi.RunError when the variable with the token is not set */
  constructor(name: string, args: CloudflareRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:dns:CloudflareRecords", name, {}, opts);
    const { zone, tokenEnv = CLOUDFLARE_TOKEN } = args;
    const token = tokenOf(zone, tokenEnv);
    const parent: pulumi.CustomResourceOptions = { parent: this };
    if (tokenEnv !== CLOUDFLARE_TOKEN) {
      parent.provider = new Provider(
        `${name}-provider`,
        { apiToken: pulumi.secret(token) },
        { parent: this },
      );
    }
    this.zoneId = getZoneOutput({ filter: { name: zone } }, parent).zoneId;
    const records = args.records.map(
      (record) =>
        new DnsRecord(
          `${name}-${record.name.replace("*", "wildcard")}`,
          {
            zoneId: this.zoneId,
            name: record.name,
            type: record.type,
            content: record.value,
            ttl: record.ttl,
            proxied: false,
          },
          { ...parent, ...(args.dynamic === true ? { ignoreChanges: ["content"] } : {}) },
        ),
    );
    this.recordIds = pulumi.all(records.map(({ id }) => id));
    this.registerOutputs({ zoneId: this.zoneId, recordIds: this.recordIds });
  }
}

/** In the program the engine shows a missing token as the sentence it is. */
function tokenOf(zone: string, tokenEnv: string): string {
  try {
    return openCloudflareToken({ zone, tokenEnv });
  } catch (error) {
    throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
  }
}
