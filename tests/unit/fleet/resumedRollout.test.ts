import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { SETTLED, type SiteRecord, type SiteResult } from "../../../fleet/rollout/record.ts";
import { sitesLeft, sitesUnjudged } from "../../../fleet/rollout/resume.ts";
import { planWaves } from "../../../fleet/rollout/waves.ts";
import { told, wavesOf } from "./toldRollout.ts";

describe("a rollout that is resumed", () => {
  it("works on what is not settled, and on what was declared anew since", async () => {
    const { record } = await told(wavesOf(["a"], ["b", "c"], ["d"]), { b: "failed" }, { concurrency: 1 });
    const declared = { a: "hash of a", b: "hash of b", c: "hash of c", d: "hash of d" };
    assert.deepEqual(sitesLeft(record, declared), ["b", "c", "d"]);
    assert.deepEqual(sitesLeft(record, { ...declared, a: "another" }), ["a", "b", "c", "d"]);
  });

  it("judges first what no gate let pass, and changes nothing while that is not well", async () => {
    const shut = { a: "doctor dns: no record" };
    const halted = await told(wavesOf(["a"], ["b"]), {}, { shut });
    assert.deepEqual(sitesUnjudged(halted.record), ["a"]);
    const carried = { a: halted.record.sites["a"] as SiteRecord };
    const again = await told(wavesOf(["b"]), {}, { shut, carried });
    assert.deepEqual([again.begun, again.record.state], [[], "halted"]);
    const found = ["a: doctor dns: no record"];
    assert.deepEqual(again.record.gates, [{ wave: 0, passed: false, sites: ["a"], findings: found }]);
    assert.equal(again.record.because, found[0]);
    // It is not forgotten by the one after that either.
    assert.deepEqual(sitesUnjudged(again.record), ["a"]);
    const repaired = await told(wavesOf(["b"]), {}, { carried });
    assert.deepEqual([repaired.begun, repaired.record.state], [["b"], "finished"]);
    assert.deepEqual([sitesUnjudged(repaired.record), repaired.record.sites["a"]], [[], carried.a]);
  });

  it("judges what the rollout before did not come to judge, because of a failure or an interrupt", async () => {
    const failed = await told(wavesOf(["a"], ["b", "c"], ["d"]), { c: "failed" });
    assert.deepEqual(sitesUnjudged(failed.record), ["b"]);
    const interrupt = new AbortController();
    const interrupted = await told(
      wavesOf(["a"], ["b"]),
      {},
      { signal: interrupt.signal, onBegin: () => interrupt.abort() },
    );
    assert.deepEqual(sitesUnjudged(interrupted.record), ["a"]);
  });

  it("knows from records that do not name the judged sites that it was those of the wave", async () => {
    const { record } = await told(wavesOf(["a"], ["b"]), {}, { shut: { b: "sick" } });
    const gates = record.gates.map(({ sites: _, ...gate }) => gate);
    assert.deepEqual(sitesUnjudged({ ...record, gates }), ["b"]);
  });

  it("leaves sites alone that it had not meant or that are no longer declared", async () => {
    const { record } = await told(wavesOf(["a", "b"]), { a: "failed", b: "failed" });
    assert.deepEqual(sitesLeft(record, { a: "hash of a", new: "x", constructor: "y" }), ["a"]);
  });

  it("settles every site in the end, whatever breaks on the way, and settles none twice", async () => {
    const result = fc.constantFrom<SiteResult>(
      "updated",
      "unchanged",
      "failed",
      "unreachable",
      "locked",
      "interrupted",
    );
    const tries = fc.array(fc.array(result, { minLength: 6, maxLength: 6 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(tries, async (attempts) => {
        const names = ["a", "b", "c", "d", "e", "f"];
        const declarations = Object.fromEntries(names.map((name) => [name, `hash of ${name}`]));
        const settled: string[] = [];
        let left = names;
        // What breaks is repaired at last.
        for (const results of [...attempts, []]) {
          if (left.length === 0) break;
          const waves = planWaves(
            left.map((name) => ({ name, groups: [] })),
            [1, "25%", "rest"],
          );
          const { record, begun } = await told(
            waves,
            Object.fromEntries(names.map((name, i) => [name, results[i] ?? "updated"])),
          );
          const now = begun.filter((name) => SETTLED.has(record.sites[name]?.result ?? "untouched"));
          assert.deepEqual(
            now.filter((name) => settled.includes(name)),
            [],
          );
          settled.push(...now);
          left = sitesLeft(record, declarations);
        }
        assert.deepEqual(settled.sort(), names);
      }),
      { numRuns: 60 },
    );
  });
});
