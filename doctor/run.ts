import type { Observed } from "./observe/observed.ts";
import {
  type Check,
  type CheckReport,
  docsOf,
  type Finding,
  failed,
  NotKnown,
  type Severity,
  skipped,
} from "./types.ts";

export interface RunOptions {
  /** Longest time for one check in milliseconds. */
  readonly timeoutMs: number;
  /** Hears of every check that is done. */
  readonly onReport?: (report: CheckReport) => void;
}

/** A finding with what it comes from: the failed check that a skipped one was skipped because of. */
interface Outcome {
  readonly finding: Finding;
  readonly root: string | undefined;
}

/**
 * Runs checks side by side. One whose needs failed is skipped because of the first of them; one that hangs or
 * breaks has failed with that cause. Nothing is thrown.
 */
export async function runChecks(
  checks: readonly Check[],
  site: Observed,
  options: RunOptions,
): Promise<CheckReport[]> {
  const known = new Set(checks.map(({ id }) => id));
  const outcomes = new Map<string, Promise<Outcome>>();
  const started = new Map<string, number>();

  const outcomeOf = (check: Check): Promise<Outcome> => {
    const running = outcomes.get(check.id) ?? decide(check);
    outcomes.set(check.id, running);
    return running;
  };
  const decide = async (check: Check): Promise<Outcome> => {
    const byId = (ids: readonly string[] = []) =>
      ids.filter((id) => known.has(id)).map((id) => checks.find((other) => other.id === id) as Check);
    const [needs, before] = await Promise.all([
      Promise.all(byId(check.needs).map(outcomeOf)),
      Promise.all(byId(check.after).map(outcomeOf)),
    ]);
    const root =
      needs.find((outcome) => outcome.root !== undefined)?.root ??
      before.find((outcome) => outcome.finding.result === "failed")?.root;
    if (root !== undefined) return { finding: skipped(root), root };
    if (site.embedded && check.simulated) return { finding: skipped(SIMULATED), root: undefined };
    started.set(check.id, Date.now());
    const finding = await limited(check, site, options.timeoutMs);
    if (finding.result === "failed") return { finding, root: check.id };
    const cause = finding.result === "skipped" && known.has(finding.because) ? finding.because : undefined;
    return { finding, root: cause };
  };
  return Promise.all(
    checks.map(async (check) => {
      const { finding } = await outcomeOf(check);
      const seconds = (Date.now() - (started.get(check.id) ?? Date.now())) / 1000;
      const report = reportOf(check, finding, seconds);
      options.onReport?.(report);
      return report;
    }),
  );
}

/** Why parts of the embedded site are not looked at. */
export const SIMULATED = "simulated in dev: no pod really runs there";

async function limited(check: Check, site: Observed, timeoutMs: number): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(
      () =>
        resolve(
          failed(
            `nothing answered within ${timeoutMs / 1000} s`,
            `Look at what it asks; \`--only ${check.id} --timeout 60\` waits longer.`,
          ),
        ),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([attempt(check, site), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function attempt(check: Check, site: Observed): Promise<Finding> {
  try {
    return await check.run(site);
  } catch (error) {
    if (error instanceof NotKnown) return skipped(error.because);
    if (!(error instanceof Error)) throw error;
    const remedy = "remedy" in error && typeof error.remedy === "string" ? error.remedy : undefined;
    return failed(
      remedy === undefined ? error.message : error.message.replace(remedy, "").trim(),
      remedy ?? "The message says what to do; if it does not, the check itself is at fault.",
    );
  }
}

function reportOf(check: Check, finding: Finding, seconds: number): CheckReport {
  const severity: Severity =
    (finding.result === "failed" ? finding.severity : undefined) ?? check.severity ?? "error";
  return {
    id: check.id,
    title: check.title,
    area: check.area,
    severity,
    result: finding.result,
    ...(finding.result === "skipped" ? { because: finding.because } : {}),
    evidence: finding.result === "skipped" ? "" : finding.evidence,
    remedy: finding.result === "failed" ? finding.remedy : "",
    docs: docsOf(check.id),
    fixable: finding.result === "failed" && check.fix !== undefined && finding.fixable !== false,
    seconds,
  };
}

/** The checks of these ids and all they need, in their order. */
export function withNeeds(checks: readonly Check[], ids: readonly string[]): Check[] {
  const wanted = new Set<string>();
  const add = (id: string) => {
    if (wanted.has(id)) return;
    wanted.add(id);
    const check = checks.find((other) => other.id === id);
    for (const need of [...(check?.needs ?? []), ...(check?.after ?? [])]) add(need);
  };
  for (const id of ids) add(id);
  return checks.filter(({ id }) => wanted.has(id));
}
