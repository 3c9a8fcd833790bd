import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import Mocha from "mocha";

/** What a run of tests leaves for the end of everything. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Name and error of each failure, as text for a person. */
  readonly failures: readonly string[];
  /** Seconds by test file, hooks included. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** Mocha's own report, plus a {@link Tally} in the file named by TALLY_FILE. */
export default class TallyReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const said: string[] = [];
    const seconds: Record<string, number> = {};
    for (const event of ["test end", "hook end"] as const) {
      runner.on(event, ({ file = "", duration = 0 }: Mocha.Runnable) => {
        const name = relative(process.cwd(), file);
        seconds[name] = (seconds[name] ?? 0) + duration / 1000;
      });
    }
    runner.on("fail", (test, error) => {
      const lines = String(error.stack ?? error)
        .split("\n")
        .map((line) => `  ${line}`);
      said.push([test.titlePath().join(" / "), ...lines.slice(0, 12)].join("\n"));
    });
    runner.once("end", () => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      const file = process.env["TALLY_FILE"];
      const tally: Tally = { passed, failed, skipped, failures: said, seconds };
      if (file !== undefined) writeFileSync(file, JSON.stringify(tally));
    });
  }
}
