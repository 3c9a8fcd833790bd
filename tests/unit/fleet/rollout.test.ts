import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { FleetEvent } from "../../../fleet/rollout/events.ts";
import { newRecord, type RolloutRecord, SETTLED, type SiteResult } from "../../../fleet/rollout/record.ts";
import { sitesLeft } from "../../../fleet/rollout/resume.ts";
import { eachOf, type RolloutOptions, runRollout } from "../../../fleet/rollout/rollout.ts";
import { planWaves } from "../../../fleet/rollout/waves.ts";

const by = { user: "test", host: "test", pid: 1 };
const wavesOf = (...waves: string[][]) =>
  waves.map((sites, index) => ({ title: `wave ${index + 1}`, sites }));

interface Told {
  readonly record: RolloutRecord;
  readonly begun: string[];
  readonly kept: RolloutRecord[];
  readonly events: FleetEvent[];
  /** Most sites that were worked on at once. */
  readonly most: number;
}

/** Runs a rollout in which sites come out as told; those not named are updated, and every gate but the named is open. */
async function told(
  waves: readonly { title: string; sites: readonly string[] }[],
  results: Readonly<Record<string, SiteResult>> = {},
  options: Partial<RolloutOptions> & {
    shut?: Readonly<Record<string, string>>;
    onBegin?: (site: string) => void;
  } = {},
): Promise<Told> {
  const { shut = {}, onBegin = () => {}, ...rest } = options;
  const sites = waves.flatMap((wave) => wave.sites);
  const declarations = Object.fromEntries(sites.map((site) => [site, `hash of ${site}`]));
  const initial = newRecord({ command: "up", waves, declarations }, by, new Date(0));
  const begun: string[] = [];
  const kept: RolloutRecord[] = [];
  const events: FleetEvent[] = [];
  let [running, most] = [0, 0];
  const record = await runRollout(initial, {
    concurrency: 2,
    maxUnavailable: 100,
    listener: (event) => events.push(event),
    keep: async (one) => void kept.push(one),
    signal: new AbortController().signal,
    driver: {
      change: async (site) => {
        begun.push(site);
        most = Math.max(most, ++running);
        onBegin(site);
        await new Promise(setImmediate);
        running--;
        const result = results[site] ?? "updated";
        return result === "failed" ? { result, because: "it broke" } : { result };
      },
      judge: async (site) => (shut[site] === undefined ? [] : [shut[site]]),
    },
    ...rest,
  });
  return { record, begun, kept, events, most };
}

const resultsOf = ({ sites }: RolloutRecord) =>
  Object.fromEntries(Object.entries(sites).map(([name, { result }]) => [name, result]));

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
    assert.deepEqual(record.gates, [{ wave: 1, passed: false, findings: ["a: doctor dns: no record"] }]);
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
});

describe("a rollout that is resumed", () => {
  it("works on what is not settled, and on what was declared anew since", async () => {
    const { record } = await told(wavesOf(["a"], ["b", "c"], ["d"]), { b: "failed" }, { concurrency: 1 });
    const declared = { a: "hash of a", b: "hash of b", c: "hash of c", d: "hash of d" };
    assert.deepEqual(sitesLeft(record, declared), ["b", "c", "d"]);
    assert.deepEqual(sitesLeft(record, { ...declared, a: "another" }), ["a", "b", "c", "d"]);
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
