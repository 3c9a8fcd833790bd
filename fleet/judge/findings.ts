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
