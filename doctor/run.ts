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
  /** How long the check itself took. */
  readonly seconds: number;
}

/**
 * Runs checks side by side. One whose needs failed is skipped because of the first of them. What one finds that comes
 * after a failed one does not count; until that is known it runs all the same, so that slow checks wait together. One
 * that hangs or breaks has failed with that cause. Nothing is thrown.
 */
export async function runChecks(
  checks: readonly Check[],
  site: Observed,
  options: RunOptions,
): Promise<CheckReport[]> {
  const known = new Set(checks.map(({ id }) => id));
  const outcomes = new Map<string, Promise<Outcome>>();

  const outcomeOf = (check: Check): Promise<Outcome> => {
    const running = outcomes.get(check.id) ?? decide(check);
    outcomes.set(check.id, running);
    return running;
  };
  const outcomesOf = (ids: readonly string[] = []) =>
    Promise.all(
      ids.flatMap((id) => checks.find((other) => other.id === id) ?? []).map((check) => outcomeOf(check)),
    );
  const because = (root: string): Outcome => ({ finding: skipped(root), root, seconds: 0 });
  const decide = async (check: Check): Promise<Outcome> => {
    const failedBefore = outcomesOf(check.after).then(
      (before) => before.find(({ finding }) => finding.result === "failed")?.root,
    );
    const root = (await outcomesOf(check.needs)).find((outcome) => outcome.root !== undefined)?.root;
    if (root !== undefined) return because(root);
    const outcome = await look(check, failedBefore);
    const cause = await failedBefore;
    return cause === undefined ? outcome : because(cause);
  };
  const look = async (check: Check, failedBefore: Promise<string | undefined>): Promise<Outcome> => {
    if (site.embedded && check.simulated) return { finding: skipped(SIMULATED), root: undefined, seconds: 0 };
    const started = Date.now();
    const finding = await limited(check, site, options.timeoutMs, failedBefore);
    const seconds = (Date.now() - started) / 1000;
    if (finding.result === "failed") return { finding, root: check.id, seconds };
    const cause = finding.result === "skipped" && known.has(finding.because) ? finding.because : undefined;
    return { finding, root: cause, seconds };
  };
  return Promise.all(
    checks.map(async (check) => {
      const { finding, seconds } = await outcomeOf(check);
      const report = reportOf(check, finding, seconds);
      options.onReport?.(report);
      return report;
    }),
  );
}

const UNEXPLAINED = "The message says what to do; if it does not, the check itself is at fault.";

/** Why parts of the embedded site are not looked at. */
export const SIMULATED = "simulated in dev: no pod really runs there";

/** Runs a check for so long, or until one that it comes after has failed. */
async function limited(
  check: Check,
  site: Observed,
  timeoutMs: number,
  failedBefore: Promise<string | undefined>,
): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const pointless = new Promise<Finding>((resolve) => {
    void failedBefore.then((root) => root !== undefined && resolve(skipped(root)));
  });
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
    return await Promise.race([attempt(check, site), late, pointless]);
  } finally {
    clearTimeout(timer);
  }
}

async function attempt(check: Check, site: Observed): Promise<Finding> {
  try {
    return await check.run(site);
  } catch (error) {
    if (error instanceof NotKnown) return skipped(error.because);
    if (!(error instanceof Error)) return failed(String(error), UNEXPLAINED);
    const remedy = "remedy" in error && typeof error.remedy === "string" ? error.remedy : undefined;
    return failed(
      remedy === undefined ? error.message : error.message.replace(remedy, "").trim(),
      remedy ?? UNEXPLAINED,
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
