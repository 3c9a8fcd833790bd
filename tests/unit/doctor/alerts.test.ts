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
    for (const [was, is] of [
      ["block 1200 is 95 s old", "block 1310 is 700 s old"],
      ["v3 at block 900, about 2026-11-22T04:51 UTC", "v3 at block 900, about 2026-11-22T05:02 UTC"],
      ["it expired on 2026-11-22", "it expired on 2026-11-23"],
      ["-1.5 AKT (0.25 free); 2: a, b", "-2.75 AKT (1 free); 3: a, b"],
      ["node-2:/var/lib 4 % free", "node-2:/var/lib 3 % free"],
      ["it answers 502 for doctor-00c0ffee.ingress.x", "it answers 502 for doctor-12345678.ingress.x"],
    ] as const) {
      assert.equal(fingerprintOf(sick("a", was)), fingerprintOf(sick("a", is)), was);
    }
    assert.notEqual(fingerprintOf(sick("a")), fingerprintOf(sick("a", "sick", { severity: "warning" })));
    assert.notEqual(fingerprintOf(sick("a")), fingerprintOf(sick("b")));
  });

  it("tell that a failure is now of something else, though only a number differs", () => {
    for (const [was, is] of [
      ["not ready: gpu-1", "not ready: gpu-2"],
      ["not ready: 10.0.0.5", "not ready: 10.0.0.6"],
      ["http://10.0.0.5:26657: no answer", "http://10.0.0.5:26658: no answer"],
      ["leads to 203.0.113.9; declared", "leads to 203.0.113.8; declared"],
      ["0.14.0; declared is 0.16.2", "0.14.0; declared is 0.16.1"],
      ["no namespace for deployment 200", "no namespace for deployment 201"],
      ["closed from outside: port 80", "closed from outside: port 443"],
      ["it holds the key of akash1q2", "it holds the key of akash1q3"],
    ] as const) {
      assert.deepEqual(told(report(sick("a", was)), report(sick("a", is))), [["a"], ["a"]], was);
    }
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
