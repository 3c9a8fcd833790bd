import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { FleetEvent } from "../../../fleet/rollout/events.ts";
import type { RolloutRecord } from "../../../fleet/rollout/record.ts";
import { eachOf } from "../../../fleet/rollout/rollout.ts";
import { resultsOf, told, wavesOf } from "./toldRollout.ts";

describe("a rollout", () => {
  it("goes wave after wave and is finished when every site is settled", async () => {
    const { record, begun, events } = await told(wavesOf(["a"], ["b", "c"], ["d"]), { c: "unchanged" });
    assert.deepEqual(begun, ["a", "b", "c", "d"]);
    assert.equal(record.state, "finished");
    assert.deepEqual(
      record.gates.map(({ wave, passed }) => [wave, passed]),
      [
        [1, true],
        [2, true],
        [3, true],
      ],
    );
    assert.deepEqual([events.at(0)?.event, events.at(-1)?.event], ["rollout-started", "rollout-finished"]);
  });

  it("stops at the first failure; what it had not begun is untouched", async () => {
    const { record } = await told(
      wavesOf(["a"], ["b", "c", "d"], ["e"]),
      { b: "failed" },
      { concurrency: 1 },
    );
    assert.deepEqual(resultsOf(record), {
      a: "updated",
      b: "failed",
      c: "untouched",
      d: "untouched",
      e: "untouched",
    });
    assert.deepEqual([record.state, record.because], ["halted", "b: it broke"]);
  });

  it("waits for what is under way when another site fails", async () => {
    const { record } = await told(wavesOf(["a", "b", "c"]), { a: "failed" });
    assert.deepEqual(resultsOf(record), { a: "failed", b: "updated", c: "untouched" });
  });

  it("stops at a gate that stays shut, and says why", async () => {
    const { record } = await told(wavesOf(["a"], ["b"]), {}, { shut: { a: "doctor dns: no record" } });
    assert.deepEqual(resultsOf(record), { a: "updated", b: "untouched" });
    assert.deepEqual([record.state, record.because], ["halted", "a: doctor dns: no record"]);
    assert.deepEqual(record.gates, [
      { wave: 1, passed: false, sites: ["a"], findings: ["a: doctor dns: no record"] },
    ]);
  });

  it("goes on past sites that do not answer or are at work, and is then incomplete", async () => {
    const { record } = await told(wavesOf(["a"], ["b", "c"], ["d"]), { b: "unreachable", d: "locked" });
    assert.deepEqual(resultsOf(record), { a: "updated", b: "unreachable", c: "updated", d: "locked" });
    assert.deepEqual([record.state, record.gates.length], ["incomplete", 2]);
  });

  it("stops when no site of a wave could be changed: nothing tells whether the change is good", async () => {
    const { record } = await told(wavesOf(["a"], ["b"]), { a: "unreachable" });
    assert.deepEqual([record.state, record.sites["b"]?.result], ["halted", "untouched"]);
    assert.match(record.because ?? "", /nothing to judge/);
  });

  it("never has more sites out than allowed, counting those being changed", async () => {
    const all = wavesOf(["a", "b", "c", "d", "e", "f"]);
    assert.equal((await told(all, {}, { concurrency: 6, maxUnavailable: 3 })).most, 3);
    const { record } = await told(
      all,
      { a: "unreachable", b: "unreachable" },
      { concurrency: 6, maxUnavailable: 2 },
    );
    assert.equal(record.state, "halted");
    assert.match(record.because ?? "", /a \(unreachable\), b \(unreachable\): .*maxUnavailable.*\(2\)/);
    assert.equal(record.sites["f"]?.result, "untouched");
  });

  it("begins nothing more after an interrupt, and keeps the record", async () => {
    const interrupt = new AbortController();
    const { record, kept } = await told(
      wavesOf(["a", "b"], ["c"]),
      {},
      { concurrency: 1, signal: interrupt.signal, onBegin: () => interrupt.abort() },
    );
    assert.deepEqual(resultsOf(record), { a: "updated", b: "untouched", c: "untouched" });
    assert.equal(record.state, "interrupted");
    assert.deepEqual(kept.at(-1), record);
  });

  it("keeps its record after every step, the first before anything is begun", async () => {
    const { kept } = await told(wavesOf(["a"], ["b"]));
    assert.ok(Object.values(kept[0]?.sites ?? {}).every(({ result }) => result === "untouched"));
    assert.deepEqual(
      kept.map(({ sites }) => Object.values(sites).filter(({ result }) => result === "updated").length),
      [0, 1, 1, 2, 2, 2],
    );
  });

  /** A store that takes the record only in those of its calls, counted from 1. */
  const storeThatTakes = (kept: RolloutRecord[], takes: (call: number) => boolean) => {
    let calls = 0;
    return async (record: RolloutRecord) => {
      if (!takes(++calls)) throw new Error("the bucket is on fire");
      kept.push(record);
    };
  };

  it("goes on when its record cannot be written, says so, and writes it with a later step", async () => {
    const kept: RolloutRecord[] = [];
    const keep = storeThatTakes(kept, (call) => call !== 2 && call !== 3);
    const { record, events } = await told(wavesOf(["a", "b"], ["c"]), {}, { keep });
    assert.deepEqual(
      [record.state, ...Object.values(resultsOf(record))],
      ["finished", ...Array(3).fill("updated")],
    );
    assert.deepEqual(kept.at(-1), record);
    assert.deepEqual(kept[1]?.sites, {
      ...record.sites,
      c: { result: "untouched", declaration: "hash of c" },
    });
    const notes = events.flatMap((event) => (event.event === "note" ? [event.text] : []));
    assert.equal(notes.length, 2);
    for (const note of notes) assert.match(note, /could not be written.*the bucket is on fire/);
    assert.equal(events.at(-1)?.event, "rollout-finished");
  });

  it("begins nothing when its record cannot be written at first", async () => {
    const events: FleetEvent[] = [];
    const begun: string[] = [];
    const options = {
      keep: storeThatTakes([], () => false),
      listener: (event: FleetEvent) => void events.push(event),
      onBegin: (site: string) => void begun.push(site),
    };
    await assert.rejects(
      told(wavesOf(["a"]), {}, options),
      /^RecordNotKept: Nothing is changed, but .*on fire/,
    );
    assert.deepEqual([begun, events], [[], []]);
  });

  it("fails when its record cannot be written at last, and then all the same says what it did", async () => {
    const events: FleetEvent[] = [];
    const options = {
      keep: storeThatTakes([], (call) => call <= 3),
      listener: (event: FleetEvent) => void events.push(event),
    };
    await assert.rejects(told(wavesOf(["a"]), {}, options), /is over \(finished\), but .*on fire/);
    const last = events.at(-1);
    assert.ok(last?.event === "rollout-finished");
    assert.equal(last.record.state, "finished");
  });
});

describe("work on many things at once", () => {
  it("keeps the order of results and the limit", async () => {
    let [running, most] = [0, 0];
    const results = await eachOf([3, 1, 2, 5, 4], 2, async (item) => {
      most = Math.max(most, ++running);
      for (let turn = 0; turn < item; turn++) await new Promise(setImmediate);
      running--;
      return item * 10;
    });
    assert.deepEqual([results, most], [[30, 10, 20, 50, 40], 2]);
  });
});
