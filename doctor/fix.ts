import { checks as everyCheck } from "./checks/index.ts";
import { type ObserveOptions, observe } from "./observe/observed.ts";
import type { DoctorReport, SiteUnderCheck } from "./types.ts";

export interface FixOptions extends ObserveOptions {
  /** Asks before something is deleted that somebody may still want. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Hears what is being done and what was done. */
  readonly onLine: (line: string) => void;
}

/**
 * Repairs what a report found and what is safe to repair, saying what it does.
 *
 * @returns how many things were done
 */
export async function fixFindings(
  site: SiteUnderCheck,
  report: DoctorReport,
  options: FixOptions,
): Promise<number> {
  let done = 0;
  for (const { id } of report.checks.filter(({ fixable }) => fixable)) {
    const fix = everyCheck.find((check) => check.id === id)?.fix;
    if (fix === undefined) continue;
    if (fix.confirm && !(await options.confirm(`${id}: ${fix.does} Do it?`))) {
      options.onLine(`${id}: left as it is.`);
      continue;
    }
    options.onLine(`${id}: ${fix.does}`);
    // Read anew: since the report things may have changed.
    const lines = await fix.run(observe(site, options));
    for (const line of lines) options.onLine(`  ${line}`);
    done += lines.length;
  }
  return done;
}
