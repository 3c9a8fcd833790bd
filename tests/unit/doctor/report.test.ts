import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { describe, it } from "mocha";
import { checks } from "../../../doctor/checks/index.ts";
import { describeChecks, describeReport } from "../../../doctor/report.ts";
import type { CheckReport } from "../../../doctor/types.ts";

const report = (rest: Partial<CheckReport>): CheckReport => ({
  id: "rpc",
  title: "an endpoint answers",
  area: "chain",
  severity: "error",
  result: "ok",
  evidence: "6 of 6 endpoints",
  remedy: "",
  docs: "docs/doctor.md#rpc",
  fixable: false,
  seconds: 0.1,
  ...rest,
});

const text = (reports: readonly CheckReport[], healthy = true) =>
  stripVTControlCharacters(describeReport({ site: "garage", healthy, checks: reports, seconds: 1.25 }));

describe("a report as text", () => {
  it("has at most 80 columns, also where a word is longer than its column", () => {
    const long = `${"a sentence of many words ".repeat(12)} ${"x".repeat(48)} end`;
    const shown = text([
      report({}),
      report({ id: "foreign-transactions", result: "failed", evidence: long, remedy: long }),
    ]);
    for (const line of shown.split("\n")) assert.ok(line.length <= 80, line);
    for (const line of describeChecks(checks).split("\n")) {
      assert.ok(stripVTControlCharacters(line).length <= 80, line);
    }
  });

  it("says without colour what failed, what to do and where to read on", () => {
    const shown = text(
      [
        report({}),
        report({ id: "balance", result: "failed", evidence: "1 AKT", remedy: "Send money." }),
        report({ id: "deposits", result: "failed", severity: "warning", evidence: "few", remedy: "Wait." }),
        report({ id: "gpu", result: "skipped", because: "cluster", evidence: "" }),
        report({ id: "port-http", result: "skipped", because: "simulated in dev", evidence: "" }),
      ],
      false,
    );
    assert.match(shown, /^ok {7}rpc +6 of 6 endpoints$/m);
    assert.match(shown, /^FAILED {3}balance +1 AKT$/m);
    assert.match(shown, /^warning {2}deposits +few$/m);
    assert.match(shown, /^skipped {2}gpu +because of cluster$/m);
    assert.match(shown, /^skipped {2}port-http +simulated in dev$/m);
    assert.match(shown, /→ Send money\.\n {4}docs\/doctor\.md#rpc/);
    assert.match(shown, /garage is not well: 1 ok, 1 failed, 1 warning, 2 skipped \(1\.3 s\)\.\n$/);
  });
});
