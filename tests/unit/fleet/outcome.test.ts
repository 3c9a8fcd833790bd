import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { isUnknownStack } from "../../../commands/stackState.ts";
import { NoUsableEndpoint } from "../../../components/chain/errors.ts";
import { ClusterForbidden, ClusterUnreachable } from "../../../components/cluster/errors.ts";
import { diagnosticsOf, failureOf, isLocked, reasonOf } from "../../../fleet/engine/outcome.ts";
import { leaseFindings, sicknesses } from "../../../fleet/judge/findings.ts";
import { describeResult, eventLine } from "../../../fleet/output/lines.ts";
import { LiveTable } from "../../../fleet/output/live.ts";
import type { FleetEvent } from "../../../fleet/rollout/events.ts";
import { driftCode } from "../../../fleet/work/compare.ts";

describe("what an error says of a site", () => {
  it("tells what did not answer from what failed", () => {
    assert.equal(failureOf(new ClusterUnreachable("https://a:6443", "refused")).result, "unreachable");
    assert.equal(failureOf(new NoUsableEndpoint("akashnet-2", [])).result, "unreachable");
    assert.equal(failureOf(new ClusterForbidden("https://a:6443", "get nodes", 403)).result, "failed");
    assert.equal(failureOf(new Error("the stack is currently locked by 1 lock(s)")).result, "locked");
  });

  it("recognizes the engine's words for a stack that is locked or was never made", () => {
    assert.ok(isLocked(Object.assign(new Error("x"), { name: "ConcurrentUpdateError" })));
    assert.ok(isUnknownStack(new Error("code: -2\n stderr: error: no stack named 'east' found\n")));
    assert.ok(!isUnknownStack(new Error("error: preview failed")));
  });

  it("keeps the engine's own diagnostics, without markup, stack traces and the closing line", () => {
    const events = [
      { diagnosticEvent: { severity: "info", message: "hello" } },
      {
        diagnosticEvent: {
          severity: "error",
          message: "<{%reset%}>The API server refused it<{%reset%}>\n    at x (y.ts:1)\n",
        },
      },
      {
        diagnosticEvent: { severity: "error", message: "<{%reset%}>The API server refused it<{%reset%}>\n" },
      },
      { diagnosticEvent: { severity: "error", message: "update failed" } },
    ];
    assert.deepEqual(diagnosticsOf(events), ["The API server refused it"]);
    assert.deepEqual(diagnosticsOf(events.slice(3)), ["update failed"]);
    const listed = { severity: "error", message: "1 error occurred:\n\t* it is forbidden\n\n" };
    assert.deepEqual(diagnosticsOf([{ diagnosticEvent: listed }]), ["it is forbidden"]);
    assert.equal(reasonOf(new Error("first\nsecond")), "first");
  });
});

describe("the gate", () => {
  const check = (
    id: string,
    result: "ok" | "failed" | "skipped",
    severity: "error" | "warning" = "error",
  ) => ({
    id,
    result,
    severity,
    evidence: `${id} was seen`,
    remedy: "Do this.",
  });

  it("is shut by failed checks that are errors and not set aside", () => {
    const checks = [
      check("dns", "failed"),
      check("clock", "failed", "warning"),
      check("rpc", "ok"),
      check("ports", "failed"),
    ];
    assert.deepEqual(sicknesses({ checks }, ["ports"]), ["doctor dns: dns was seen. Do this."]);
  });

  it("is shut by leases that ended, and not by new ones", () => {
    const lease = (order: string) => ({ tenant: "akash1tenant", order });
    const [found = ""] = leaseFindings([lease("1/1/1"), lease("2/1/1")], [lease("2/1/1"), lease("3/1/1")]);
    assert.match(found, /1 of 2 ended.*akash1tenant\/1\/1\/1/);
    assert.deepEqual(leaseFindings([lease("1/1/1")], [lease("1/1/1"), lease("2/1/1")]), []);
  });
});

describe("the code of a look for drift", () => {
  const site = (result: "compared" | "unreachable" | "not-deployed", drifts = 0) => ({
    result,
    drift: Array.from({ length: drifts }, () => ({ resource: "r", type: "t", kind: "missing" as const })),
    pending: [],
  });

  it("is 2 for drift anywhere, else 1 for a site that could not be compared, else 0", () => {
    assert.equal(driftCode([site("compared"), site("not-deployed")]), 0);
    assert.equal(driftCode([site("compared"), site("unreachable")]), 1);
    assert.equal(driftCode([site("unreachable"), site("compared", 1)]), 2);
  });
});

describe("what is shown of a rollout", () => {
  const missing = { resource: "east-inventory", type: "t", kind: "missing" } as const;
  const plain = (text = "") =>
    text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, "g"), "");

  it("is a line for each site, with what was done or why not", () => {
    assert.equal(
      plain(
        describeResult({ result: "updated", changes: { update: 2, create: 1, same: 60 }, seconds: 12.4 }),
      ),
      "updated: 1 new, 2 changed (12 s)",
    );
    const line = plain(
      eventLine({ event: "site-finished", site: "east", result: "unreachable", because: "no\nanswer" }),
    );
    assert.equal(line, "  ? east: unreachable\n      no\n      answer");
    assert.equal(eventLine({ event: "site-phase", site: "east", phase: "updating" }), undefined);
  });

  it("is a line for each other thing that happens, and nothing for what sums up", () => {
    const line = (event: FleetEvent) => eventLine(event) && plain(eventLine(event));
    assert.equal(
      line({ event: "rollout-started", id: "x", waves: [["east"], ["west", "north"]] }),
      "Rollout x: 2 waves, 3 sites.",
    );
    assert.equal(line({ event: "wave-started", wave: 2, sites: ["west", "north"] }), "Wave 2: west, north");
    assert.equal(line({ event: "site-started", site: "east" }), "  east …");
    assert.equal(
      line({ event: "site-finished", site: "east", result: "compared", drift: [missing], seconds: 4.4 }),
      "  ✓ east: compared: 1 drifted (4 s)",
    );
    assert.equal(line({ event: "site-finished", site: "west", result: "untouched" }), "  - west: untouched");
    assert.equal(line({ event: "gate", wave: 1, passed: true, findings: [] }), "  Gate after wave 1: clean.");
    assert.equal(
      line({ event: "gate", wave: 1, passed: false, findings: ["east: a lease ended", "east: no balance"] }),
      "  Gate after wave 1 stays shut:\n    east: a lease ended\n    east: no balance",
    );
    assert.equal(line({ event: "note", text: "Ending." }), "Ending.");
    assert.equal(line({ event: "comparison-started", sites: ["east"] }), undefined);
    assert.equal(line({ event: "sites-compared", sites: {} }), undefined);
  });

  it("is one table on a terminal, repainted in place", () => {
    let written = "";
    const table = new LiveTable({ write: (text: string) => (written += text), rows: 24 }, () => 0);
    table.hear({ event: "rollout-started", id: "x", waves: [["east"], ["west"]] });
    table.hear({ event: "site-started", site: "east" });
    const before = written.length;
    table.hear({ event: "site-finished", site: "east", result: "failed", because: "it broke" });
    table.close();
    const last = written.slice(before);
    assert.match(last, new RegExp(`${String.fromCharCode(27)}\\[\\d+A`));
    assert.match(plain(last), /east: it broke/);
    assert.match(plain(last), /1 +│ east +│ failed/);
    assert.match(plain(last), /2 +│ west +│ waiting/);
  });
});
