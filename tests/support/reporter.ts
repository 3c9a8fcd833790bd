import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/** Mocha's own report, plus the count of tests in the file named by TALLY_FILE, for the line that ends a whole run. */
export default class TallyReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      const file = process.env["TALLY_FILE"];
      if (file !== undefined)
        writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  }
}
