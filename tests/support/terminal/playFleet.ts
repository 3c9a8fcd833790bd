/**
 * Stands in for `npm run fleet -- up` and `drift` on a terminal, without sites: hands the listener of a person the
 * events of a rollout. After each it writes MARK, so that the screen can be judged then.
 */
import { personListener } from "../../../fleet/output/listener.ts";
import type { FleetEvent } from "../../../fleet/rollout/events.ts";
import { comparison, interrupted, MARK, rollout } from "./fleetEvents.ts";

const listener = personListener();
const play = (events: readonly FleetEvent[]) => {
  for (const event of events) {
    listener(event);
    process.stderr.write(MARK);
  }
};

const [scenario] = process.argv.slice(2);
if (scenario === "rollout") play(rollout);
else if (scenario === "comparison") play(comparison);
else {
  const { before, after } = interrupted;
  const alive = setInterval(() => {}, 1000);
  process.once("SIGINT", () => {
    play(after);
    clearInterval(alive);
  });
  play(before);
}
