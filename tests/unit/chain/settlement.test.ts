import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { judge, type Sighting } from "../../../components/chain/settlement.ts";

const usual: Sighting = {
  height: 100,
  timeoutHeight: 130,
  accountSequence: 7,
  sequence: 7,
  lookupsSincePassed: 0,
  broadcast: "accepted",
  mayBePending: true,
  ageMs: 1_000,
};

const sightings: fc.Arbitrary<Sighting> = fc.record({
  height: fc.integer({ min: 90, max: 140 }),
  timeoutHeight: fc.constantFrom(100, 130),
  accountSequence: fc.integer({ min: 5, max: 9 }),
  sequence: fc.constant(7),
  lookupsSincePassed: fc.nat(6),
  broadcast: fc.constantFrom("none", "accepted", "refused", "invalid"),
  mayBePending: fc.boolean(),
  ageMs: fc.constantFrom(0, 60_000, 60_001, 120_000),
});

describe("the judgement on a transaction no block was seen to include", () => {
  const cases: [string, Partial<Sighting>, ReturnType<typeof judge>][] = [
    ["waits for one in a mempool", {}, "wait"],
    ["sends one that is in no mempool", { broadcast: "none" }, "broadcast"],
    [
      "lets go of one that the only node asked refused",
      { broadcast: "refused", mayBePending: false },
      "refused",
    ],
    ["sends one that never went out", { broadcast: "none", mayBePending: false }, "broadcast"],
    [
      "sends one that is in no mempool, however old",
      { broadcast: "none", accountSequence: 6, ageMs: 60_001 },
      "broadcast",
    ],
    ["keeps one refused now that may be in another mempool", { broadcast: "refused" }, "wait"],
    ["waits in the last block that may include it", { height: 130 }, "wait"],
    ["waits one block more for the index", { height: 131 }, "wait"],
    ["calls it expired after that", { height: 132 }, "expired"],
    ["looks again when the sequence has passed", { accountSequence: 8, lookupsSincePassed: 3 }, "wait"],
    ["then calls it superseded", { accountSequence: 8, lookupsSincePassed: 4 }, "superseded"],
    ["waits for a lagging account", { accountSequence: 6, broadcast: "refused", ageMs: 60_000 }, "wait"],
    ["lets go of one that is signed for another chain", { broadcast: "invalid" }, "foreign"],
    [
      "sees another chain when the account stays behind",
      { accountSequence: 6, broadcast: "refused", ageMs: 60_001 },
      "foreign",
    ],
  ];
  for (const [title, change, verdict] of cases) {
    it(title, () => assert.equal(judge({ ...usual, ...change }), verdict));
  }

  it("gives nothing up while a block may still include it", () => {
    fc.assert(
      fc.property(sightings, (sighting) => {
        const { height, timeoutHeight, accountSequence, sequence, mayBePending } = sighting;
        const mayBeIncluded = height <= timeoutHeight && accountSequence === sequence && mayBePending;
        fc.pre(sighting.broadcast !== "invalid");
        if (mayBeIncluded) assert.ok(["wait", "broadcast"].includes(judge(sighting)));
      }),
      { numRuns: 500 },
    );
  });

  it("waits for ever for nothing: once the timeout height is well past, there is an end", () => {
    fc.assert(
      fc.property(sightings, (sighting) => {
        const late = { ...sighting, height: sighting.timeoutHeight + 2 };
        assert.ok(!["wait", "broadcast"].includes(judge(late)));
      }),
    );
  });

  it("never sends again what a node refused or holds", () => {
    fc.assert(
      fc.property(sightings, (sighting) => {
        if (sighting.broadcast !== "none") assert.notEqual(judge(sighting), "broadcast");
      }),
    );
  });
});
