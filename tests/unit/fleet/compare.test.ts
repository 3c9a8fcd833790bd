import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Comparison } from "../../../fleet/engine/siteWork.ts";
import { compareSites, driftCode } from "../../../fleet/work/compare.ts";
import type { FleetContext } from "../../../fleet/work/fleetContext.ts";

const sound: Comparison = { result: "compared", drift: [], pending: [] };
const broken: Comparison = { result: "failed", because: "interrupted", drift: [], pending: [] };

/** Two sites at once, of four; `compare` says how each compares. */
function fleetOf(compare: (site: string) => Promise<Comparison>) {
  const names = ["berlin", "munich", "paris", "rome"];
  return {
    sites: names.map((name) => ({ name })),
    concurrency: 2,
    work: ({ name }: { name: string }) => ({ compare: () => compare(name) }),
  } as unknown as FleetContext;
}

describe("a comparison of a fleet", () => {
  const never = new AbortController().signal;

  it("has a result for every site, in the order of the declaration", async () => {
    const fleet = fleetOf(async (name) => (name === "munich" ? broken : sound));
    const compared = await compareSites(fleet, () => {}, { judged: false, signal: never });
    assert.deepEqual(
      [...compared].map(([name, { result }]) => `${name} ${result}`),
      ["berlin compared", "munich failed", "paris compared", "rome compared"],
    );
  });

  it("begins nothing more once it is interrupted, and keeps what is known", async () => {
    const interrupt = new AbortController();
    const begun: string[] = [];
    const heard: string[] = [];
    const fleet = fleetOf(async (name) => {
      begun.push(name);
      interrupt.abort();
      return name === "berlin" ? sound : broken;
    });
    const compared = await compareSites(
      fleet,
      (event) => void (event.event === "site-finished" && heard.push(`${event.site} ${event.result}`)),
      { judged: false, signal: interrupt.signal },
    );
    assert.deepEqual(begun, ["berlin"]);
    const all = ["berlin compared", "munich interrupted", "paris interrupted", "rome interrupted"];
    assert.deepEqual(
      [...compared].map(([name, { result }]) => `${name} ${result}`),
      all,
    );
    assert.deepEqual(heard.sort(), all);
    assert.equal(driftCode(compared.values()), 1);
  });
});
