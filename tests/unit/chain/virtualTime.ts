import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";
import { afterEach, beforeEach } from "mocha";

/** Time that passes in sleeps alone. */
export interface VirtualTime {
  /** Milliseconds since the test began; a test may move it on by itself. */
  elapsed: number;
  /** Called after each sleep. */
  onSleep: (ms: number) => void;
}

/** For the tests of a suite, `sleep` of `node:timers/promises` returns at once and moves `Date.now` on. */
export function useVirtualTime(): VirtualTime {
  const real = { setTimeout: timers.setTimeout, now: Date.now };
  const start = Date.now();
  const time = { elapsed: 0, onSleep: (_ms: number) => {} };
  beforeEach(() => {
    Object.assign(time, { elapsed: 0, onSleep: () => {} });
    Date.now = () => start + time.elapsed;
    timers.setTimeout = (async (ms = 0, value: unknown) => {
      await new Promise(setImmediate);
      time.elapsed += ms;
      time.onSleep(ms);
      return value;
    }) as typeof timers.setTimeout;
    syncBuiltinESMExports();
  });
  afterEach(() => {
    Date.now = real.now;
    timers.setTimeout = real.setTimeout;
    syncBuiltinESMExports();
  });
  return time;
}
