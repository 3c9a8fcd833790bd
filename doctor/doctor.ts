import { checks as everyCheck } from "./checks/index.ts";
import { takeReading } from "./checks/wallet.ts";
import { type ObserveOptions, observe } from "./observe/observed.ts";
import { runChecks, withNeeds } from "./run.ts";
import type { CheckReport, DoctorReport, SiteUnderCheck } from "./types.ts";

export interface DoctorOptions extends ObserveOptions {
  /** Ids of the checks to report; what they need is looked at too. Default: all. */
  readonly only?: readonly string[];
  /** Longest time for one check in milliseconds. Default: 9000. */
  readonly checkTimeoutMs?: number;
  /** Hears of every check that is done. */
  readonly onReport?: (report: CheckReport) => void;
}

/** A check was named that there is none of. */
export class NoSuchCheck extends Error {
  override readonly name = "NoSuchCheck";
}

/**
 * Looks at a site with every check side by side and says what is wrong, each in a sentence with its remedy.
 * Changes nothing in the site; it notes in the state folder what the next run compares with.
 *
 * @throws NoSuchCheck when `only` names one that does not exist; never for what is wrong with the site
 */
export async function runDoctor(site: SiteUnderCheck, options: DoctorOptions = {}): Promise<DoctorReport> {
  const started = Date.now();
  const { only, onReport, checkTimeoutMs = 9000 } = options;
  const unknown = (only ?? []).filter((id) => !everyCheck.some((check) => check.id === id));
  if (unknown.length > 0) {
    throw new NoSuchCheck(
      `There is no check ${unknown.join(", ")}. \`npm run doctor -- --list\` names them all.`,
    );
  }
  const observed = observe(site, options);
  const chosen = only === undefined ? everyCheck : withNeeds(everyCheck, only);
  const isWanted = ({ id }: CheckReport) => only === undefined || only.includes(id);
  const all = await runChecks(chosen, observed, {
    timeoutMs: checkTimeoutMs,
    onReport: (report) => {
      if (isWanted(report)) onReport?.(report);
    },
  });
  const reports = all.filter(isWanted);
  // Without chain or wallet there is nothing to note.
  if (only === undefined) await takeReading(observed).catch(() => undefined);
  return {
    site: site.name,
    healthy: !reports.some(({ result, severity }) => result === "failed" && severity === "error"),
    checks: reports,
    seconds: (Date.now() - started) / 1000,
  };
}
