import { bareTable } from "./bareTable.ts";
import { out as pc } from "./colours.ts";
import { wrapped } from "./text.ts";
import type { Check, CheckReport, DoctorReport } from "./types.ts";

/** Widths of the columns; with the two blanks between them 80 together. */
const WIDTHS = [9, 22, 49];

function table(rows: readonly (readonly string[])[]): string {
  return bareTable(rows, { widths: WIDTHS, gap: 1, wrap: true });
}

/** The word says what colour only repeats. */
function resultOf({ result, severity }: CheckReport): string {
  if (result === "ok") return pc.green("ok");
  if (result === "skipped") return pc.dim("skipped");
  return severity === "warning" ? pc.yellow("warning") : pc.red("FAILED");
}

/** A report for a person: every check in a line or two, then what to do, then the sum; 80 columns. */
export function describeReport(report: DoctorReport): string {
  const rows = report.checks.map((check) => [
    resultOf(check),
    check.id,
    check.result === "skipped"
      ? `because of ${check.because}`.replace(/^because of (?=.* )/, "")
      : check.evidence,
  ]);
  return [
    table(rows),
    "",
    ...report.checks.filter(({ result }) => result === "failed").map(whatToDo),
    sum(report),
    "",
  ].join("\n");
}

function whatToDo(check: CheckReport): string {
  const mark = check.severity === "warning" ? pc.yellow("!") : pc.red("✗");
  return [
    `${mark} ${pc.bold(check.id)}: not so: ${check.title}`,
    wrapped(check.evidence, "    "),
    wrapped(`→ ${check.remedy}`, "    "),
    `    ${pc.dim(check.docs)}`,
    "",
  ].join("\n");
}

function sum({ site, checks, healthy, seconds }: DoctorReport): string {
  const count = (wanted: (check: CheckReport) => boolean) => checks.filter(wanted).length;
  const failures = count(({ result, severity }) => result === "failed" && severity === "error");
  const warnings = count(({ result, severity }) => result === "failed" && severity === "warning");
  const parts = [
    `${count(({ result }) => result === "ok")} ok`,
    ...(failures > 0 ? [`${failures} failed`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? "warning" : "warnings"}`] : []),
    `${count(({ result }) => result === "skipped")} skipped`,
  ];
  const verdict = healthy ? pc.green("well") : pc.red("not well");
  return `${pc.bold(site)} is ${verdict}: ${parts.join(", ")} (${seconds.toFixed(1)} s).`;
}

/** All checks with what they are for, for `--list`. */
export function describeChecks(checks: readonly Check[]): string {
  const rows = checks.map(({ id, area, title, fix }) => [
    area.slice(0, WIDTHS[0]),
    id,
    fix === undefined ? title : `${title}. --fix: ${fix.does}`,
  ]);
  return `${table(rows)}\n`;
}
