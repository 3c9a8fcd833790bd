import { createHash } from "node:crypto";
import { withoutRandomNames } from "../randomName.ts";
import type { CheckReport, DoctorReport } from "../types.ts";

/** A failure that somebody was told of. */
export interface KnownFailure {
  readonly id: string;
  /** Of severity and place of the failure, not of its figures. */
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly since: string;
}

/** What there is to tell. */
export interface Changes {
  readonly failed: readonly CheckReport[];
  readonly resolved: readonly { readonly id: string; readonly title: string; readonly since: string }[];
  /** What is known once it was told. */
  readonly known: readonly KnownFailure[];
}

/**
 * Compares a report with what was told before. A failure is told once; again when it becomes another one: figures,
 * which move from run to run, do not make it so. One that could not be looked at stays as it was.
 */
export function changesOf(report: DoctorReport, before: readonly KnownFailure[], now: Date): Changes {
  const failed: CheckReport[] = [];
  const resolved: { id: string; title: string; since: string }[] = [];
  const known: KnownFailure[] = [];
  for (const check of report.checks) {
    const earlier = before.find(({ id }) => id === check.id);
    if (check.result === "failed") {
      const fingerprint = fingerprintOf(check);
      if (earlier?.fingerprint === fingerprint) known.push(earlier);
      else {
        failed.push(check);
        known.push({ id: check.id, fingerprint, since: earlier?.since ?? now.toISOString() });
      }
    } else if (earlier !== undefined) {
      if (check.result === "ok") resolved.push({ id: check.id, title: check.title, since: earlier.since });
      else known.push(earlier);
    }
  }
  // Of checks that this report leaves out nothing was learnt.
  const looked = new Set(report.checks.map(({ id }) => id));
  return { failed, resolved, known: [...known, ...before.filter(({ id }) => !looked.has(id))] };
}

/** Moments, to the day or closer. */
const TIMES = /\b\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?)?\b/g;
/** Numbers by themselves: not those in names, addresses and versions, nor what names a deployment or a port. */
const FIGURES = /(?<![\w.:/-]|deployment |port )-?\d+(?:,\d{3})*(?:\.\d+)?(?![\w/-]|[.,:]\w)/g;

/** Figures are left out: "12 s old" and "19 s old" are one failure, "not ready: gpu-1" and "gpu-2" are two. */
export function fingerprintOf({ id, severity, evidence }: CheckReport): string {
  const text = withoutRandomNames(evidence).replace(TIMES, "#").replace(FIGURES, "#");
  return createHash("sha256")
    .update(JSON.stringify([id, severity, text]))
    .digest("hex")
    .slice(0, 16);
}
