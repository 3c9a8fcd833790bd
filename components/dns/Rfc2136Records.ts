import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic/index.ts";
import type { DnsRecordArgs } from "./recordArgs.ts";
import { type RecordMap, recordMap } from "./recordMap.ts";
import type { TsigKeySource } from "./tsigSecret.ts";

export interface Rfc2136RecordsArgs extends TsigKeySource {
  /** The zone's primary name server: an IP address or host name. */
  readonly server: string;
  /** TCP port of the name server. Default: 53. */
  readonly port?: number;
  /** The zone that holds the records. */
  readonly zone: string;
  /** Records to hold; other addresses and aliases at their names are removed. */
  readonly records: readonly DnsRecordArgs[];
}

/**
 * Records at a name server that takes dynamic updates (RFC 2136) signed with TSIG (RFC 8945). They are read
 * back from that server itself; a record changed or removed by somebody else is a difference with its name.
 */
export class Rfc2136Records extends DynamicResource {
  /** The records held, by name. */
  declare readonly records: pulumi.Output<RecordMap>;

  constructor(name: string, args: Rfc2136RecordsArgs, opts?: pulumi.CustomResourceOptions) {
    const { server, port = 53, zone, keyName, algorithm = "hmac-sha256", secretEnv, secretFile } = args;
    const records = pulumi.output(args.records).apply(recordMap);
    const inputs = { server, port, zone, keyName, algorithm, secretEnv, secretFile, records };
    super("dns:Rfc2136Records", "dns/rfc2136Provider", name, inputs, [], opts);
  }
}
