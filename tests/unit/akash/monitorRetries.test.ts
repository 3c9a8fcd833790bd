import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { inHours, monitorRetries, secondsOf } from "../../../components/akash/monitorRetries.ts";

describe("for how long an unhealthy lease is kept", () => {
  it("is retries by period, under either prefix, the newer first", () => {
    const set = { AKASH_MONITOR_MAX_RETRIES: "2880", AKASH_MONITOR_RETRY_PERIOD: "30s" };
    assert.deepEqual(monitorRetries(set), { retries: 2880, seconds: 30, hours: 24 });
    assert.equal(monitorRetries({ ...set, AP_MONITOR_MAX_RETRIES: "120" }).hours, 1);
    assert.equal(monitorRetries({ ...set, AP_MONITOR_MAX_RETRIES: "" }).hours, 24);
  });

  it("is what the binary does by itself where nothing is set, and unknown where it cannot be read", () => {
    assert.deepEqual(monitorRetries({}), { retries: 40, seconds: 4, hours: 160 / 3600 });
    assert.ok(Number.isNaN(monitorRetries({ AP_MONITOR_RETRY_PERIOD: "30" }).hours));
    assert.ok(Number.isNaN(monitorRetries({ AP_MONITOR_MAX_RETRIES: "many" }).hours));
  });

  it("reads durations as Go writes them", () => {
    assert.deepEqual(["30s", "5m", "1h30m", "1.5h", "250ms"].map(secondsOf), [30, 300, 5400, 5400, 0.25]);
    assert.ok(["", "soon", "30 s", "30"].map(secondsOf).every(Number.isNaN));
  });

  it("is said in hours, or minutes", () => {
    assert.deepEqual([24, 19.2, 2, 0.5, 160 / 3600].map(inHours), [
      ...["24 hours", "19.2 hours", "2 hours", "30 minutes", "3 minutes"],
    ]);
  });
});
