import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic/index.ts";
import type { DnsRecordArgs } from "./recordArgs.ts";
import { recordMap } from "./recordMap.ts";

export interface ManualRecordsArgs {
  /** Records that the person has to make. */
  readonly records: readonly DnsRecordArgs[];
  /** `host` or `host:port` of the resolver that verifies them. Default: the system's. */
  readonly resolver?: string;
}

/**
 * Records at a DNS host without an API that is known here: they are printed and verified by looking them up,
 * and the update goes on without them. A record that was right and no longer is counts as drift.
 */
export class ManualRecords extends DynamicResource {
  /** Why a record is not verified, by name; empty when all are. */
  declare readonly unverified: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: ManualRecordsArgs, opts?: pulumi.CustomResourceOptions) {
    const records = pulumi.output(args.records).apply(recordMap);
    const inputs = { records, resolver: args.resolver };
    super("dns:ManualRecords", "dns/manualProvider", name, inputs, ["unverified"], opts);
  }
}
