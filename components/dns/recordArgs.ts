import type { Input } from "@pulumi/pulumi";
import type { DnsRecordType } from "./records.ts";

/** A record whose data may not be known yet. */
export interface DnsRecordArgs {
  /** Fully qualified. */
  readonly name: string;
  /** `A`, `AAAA` or `CNAME`, as `value` needs. */
  readonly type: Input<DnsRecordType>;
  /** An address, or a name. */
  readonly value: Input<string>;
  /** Seconds. */
  readonly ttl: Input<number>;
}
