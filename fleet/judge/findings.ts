/** What doctor says of a site, as far as a gate reads it. */
export interface Diagnosis {
  readonly checks: readonly {
    readonly id: string;
    readonly result: "ok" | "failed" | "skipped";
    /** Warnings are to be seen to, and stop nothing. */
    readonly severity?: "error" | "warning";
    readonly evidence: string;
    readonly remedy: string;
  }[];
}

/** A running lease. */
export interface JudgedLease {
  /** The tenant's address. */
  readonly tenant: string;
  /** `dseq/gseq/oseq` */
  readonly order: string;
}

/** What ran on a site before it was changed, or why nobody knows. */
export type Baseline = { readonly leases: readonly JudgedLease[] } | { readonly unread: string };

/** Pods of the provider. */
export interface Replicas {
  readonly wanted: number;
  readonly ready: number;
}

/** Failed checks that are errors, as sentences. */
export function sicknesses({ checks }: Diagnosis, ignore: readonly string[]): string[] {
  return checks
    .filter(
      ({ id, result, severity = "error" }) =>
        result === "failed" && severity === "error" && !ignore.includes(id),
    )
    .map(({ id, evidence, remedy }) =>
      `doctor ${id}: ${evidence}${/[.!?]$/.test(evidence) ? "" : "."} ${remedy}`.trim(),
    );
}

/** The leases that ran before and do not run any more. A new lease is none of a gate's business. */
export function leaseFindings(before: readonly JudgedLease[], after: readonly JudgedLease[]): string[] {
  const key = ({ tenant, order }: JudgedLease) => `${tenant}/${order}`;
  const running = new Set(after.map(key));
  const lost = before.map(key).filter((lease) => !running.has(lease));
  if (lost.length === 0) return [];
  return [
    `leases: ${lost.length} of ${before.length} ended during the change (${lost.join(", ")}). Find out whether their tenants closed them; --resume then goes on.`,
  ];
}

/** Leases that may have ended unnoticed. */
export function unreadBaseline(reason: string): string[] {
  return [
    `leases: those that ran before the change could not be read (${reason}), so nothing tells whether one has ended. Compare with what you know of them; --resume then goes on.`,
  ];
}

/** A provider that is to have no pod is not ready either: nobody can lease from it. */
export function providerFindings({ wanted, ready }: Replicas): string[] {
  return wanted > 0 && ready >= wanted
    ? []
    : [`provider: ${ready} of ${wanted} replicas are ready. Look at the pod's events.`];
}
