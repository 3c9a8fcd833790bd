import { runDoctor } from "../../doctor/doctor.ts";
import { setting } from "../support/doctor/clusterChanges.ts";
import { startWorld } from "../support/doctor/world.ts";
import { median } from "./measure.ts";

/** Seconds between blocks, as on the public networks. */
const BLOCK_SECONDS = 6;

/**
 * How long the doctor looks at a healthy site: on stand-ins, with the waiting for a block that only a real network has
 * otherwise, and with a provider that is set to another endpoint than the declared one, which is waited for as well.
 *
 * @param runs how often; all but the first begin right after a block, which makes the longest wait
 */
export async function timeDoctor(runs: number) {
  const world = await startWorld({ blockIntervalMs: BLOCK_SECONDS * 1000 });
  try {
    const { endpoint } = await world.chain.addNode();
    await setting({ AP_NODE: endpoint })(world);
    const seconds: number[] = [];
    for (let run = 0; run < runs; run++) {
      // The limits of the command.
      const { timeoutMs: _short, checkTimeoutMs: _shorter, ...options } = world.options;
      const report = await runDoctor(world.under, options);
      const sick = report.checks.filter(({ result }) => result === "failed");
      if (sick.length > 0) throw new Error(sick.map(({ id, evidence }) => `${id}: ${evidence}`).join("\n"));
      seconds.push(report.seconds);
    }
    return {
      seconds: median(seconds),
      longest: Math.max(...seconds),
      blockSeconds: BLOCK_SECONDS,
      target: { longest: 10 },
    };
  } finally {
    await world.stop();
  }
}
