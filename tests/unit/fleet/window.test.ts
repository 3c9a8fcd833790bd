import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { type Day, isOpen, isTimeZone, nextOpening, type Window } from "../../../fleet/rollout/window.ts";

const at = (moment: string) => new Date(moment);
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
const days: readonly Day[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const windowArbitrary: fc.Arbitrary<Window> = fc.record({
  days: fc.option(fc.subarray([...days], { minLength: 1 }), { nil: undefined }),
  from: time,
  to: time,
  timeZone: fc.constantFrom(
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
  ),
});
const momentArbitrary = fc.date({ min: at("2024-01-01"), max: at("2028-01-01"), noInvalidDate: true });

describe("a maintenance window", () => {
  const nightly: Window = { from: "02:00", to: "05:00", timeZone: "Europe/Berlin" };

  it("is open from its beginning until just before its end, on the clocks of its zone", () => {
    // Berlin is two hours ahead of UTC in summer and one in winter.
    assert.equal(isOpen(nightly, at("2026-07-01T00:00:00Z")), true);
    assert.equal(isOpen(nightly, at("2026-07-01T02:59:59Z")), true);
    assert.equal(isOpen(nightly, at("2026-07-01T03:00:00Z")), false);
    assert.equal(isOpen(nightly, at("2026-01-15T00:30:00Z")), false);
    assert.equal(isOpen(nightly, at("2026-01-15T01:00:00Z")), true);
  });

  it("may go over midnight, and belongs to the day it begins on", () => {
    const friday: Window = { days: ["fri"], from: "22:00", to: "04:00", timeZone: "UTC" };
    assert.equal(isOpen(friday, at("2026-11-20T23:00:00Z")), true);
    assert.equal(isOpen(friday, at("2026-11-21T03:00:00Z")), true);
    assert.equal(isOpen(friday, at("2026-11-21T23:00:00Z")), false);
    assert.equal(isOpen(friday, at("2026-11-20T03:00:00Z")), false);
  });

  it("says when it opens next", () => {
    const sunday: Window = { days: ["sun"], from: "02:30", to: "03:30", timeZone: "America/New_York" };
    assert.equal(nextOpening(sunday, at("2026-11-21T18:00:00Z")).toISOString(), "2026-11-22T07:30:00.000Z");
    assert.equal(nextOpening(nightly, at("2026-07-01T01:00:00Z")).toISOString(), "2026-07-01T01:00:00.000Z");
  });

  it("is open when it opens next, and opens within fifteen days", () => {
    fc.assert(
      fc.property(windowArbitrary, momentArbitrary, (window, now) => {
        const next = nextOpening(window, now);
        assert.ok(next >= now);
        assert.ok(next.getTime() - now.getTime() <= 15 * 86_400_000);
        assert.ok(isOpen(window, next), `${JSON.stringify(window)} from ${now.toISOString()}`);
      }),
    );
  });

  it("knows time zones by name only", () => {
    assert.deepEqual(["Europe/Berlin", "UTC", "Middle/Earth", ""].map(isTimeZone), [
      true,
      true,
      false,
      false,
    ]);
  });
});
