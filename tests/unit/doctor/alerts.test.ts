import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { changesOf, fingerprintOf, type KnownFailure } from "../../../doctor/alerts/changes.ts";
import { messageOf, subject } from "../../../doctor/alerts/message.ts";
import type { CheckReport, DoctorReport } from "../../../doctor/types.ts";

const check = (id: string, rest: Partial<CheckReport> = {}): CheckReport => ({
  ...{ id, title: `${id} is well`, area: "chain", severity: "error", result: "ok", evidence: "", remedy: "" },
  ...{ docs: "", fixable: false, seconds: 0 },
  ...rest,
});
const sick = (id: string, evidence = "sick", rest: Partial<CheckReport> = {}) =>
  check(id, { result: "failed", evidence, remedy: "mend it", ...rest });
const report = (...checks: CheckReport[]): DoctorReport => ({
  site: "garage",
  healthy: false,
  checks,
  seconds: 0,
});
const at = (day: number) => new Date(Date.UTC(2026, 0, day));

/** What is told by a row of reports, one a day. */
function told(...reports: DoctorReport[]): string[][] {
  let known: readonly KnownFailure[] = [];
  return reports.map((one, index) => {
    const changes = changesOf(one, known, at(index + 1));
    known = changes.known;
    return [...changes.failed.map(({ id }) => id), ...changes.resolved.map(({ id }) => `resolved ${id}`)];
  });
}

describe("alerts", () => {
  it("tell a failure once, and that it is resolved", () => {
    assert.deepEqual(
      told(
        report(sick("a"), check("b")),
        report(sick("a"), check("b")),
        report(check("a"), check("b")),
        report(check("a")),
      ),
      [["a"], [], ["resolved a"], []],
    );
  });

  it("do not repeat a failure whose figures moved, and do when it became another", () => {
    assert.deepEqual(
      told(report(sick("a", "12 s old")), report(sick("a", "1,900.5 s old")), report(sick("a", "gone"))),
      [["a"], [], ["a"]],
    );
    assert.notEqual(fingerprintOf(sick("a")), fingerprintOf(sick("a", "sick", { severity: "warning" })));
    assert.notEqual(fingerprintOf(sick("a")), fingerprintOf(sick("b")));
  });

  it("leave a failure as it is that could not be looked at, or was not", () => {
    const unseen = check("a", { result: "skipped", because: "cluster" });
    assert.deepEqual(
      told(report(sick("a")), report(unseen), report(check("b")), report(sick("a")), report(check("a"))),
      [["a"], [], [], [], ["resolved a"]],
    );
  });

  it("say since when a resolved failure had been", () => {
    const first = changesOf(report(sick("a")), [], at(1));
    const second = changesOf(report(sick("a", "otherwise")), first.known, at(2));
    const { resolved } = changesOf(report(check("a")), second.known, at(3));
    assert.equal(resolved[0]?.since, at(1).toISOString());
  });

  it("read as text with a first line for a subject, and are nothing when nothing has changed", () => {
    const changes = changesOf(
      report(sick("a"), check("b")),
      [{ id: "b", fingerprint: "x", since: "then" }],
      at(1),
    );
    const message = messageOf("garage", changes, at(1));
    assert.ok(message);
    assert.equal(subject(message), "Akash site garage: 1 check fails, 1 resolved");
    assert.match(
      message.text,
      /Failed: a: sick\n {2}mend it\n\nResolved: b: b is well \(failed since then\)$/,
    );
    assert.equal(messageOf("garage", { failed: [], resolved: [], known: [] }, at(1)), undefined);
  });
});
