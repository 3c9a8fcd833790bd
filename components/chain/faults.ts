/** Places where a test kills the process, to prove that the next run heals. */
export type FaultPoint =
  | "after-pending"
  | "before-signing"
  | "after-broadcast"
  | "before-state"
  | "between-publish-and-switch";

/**
 * Does nothing, unless `PULUMI_AKASH_FAULT` names this point: then the process dies as by `kill -9`, without
 * a chance to tidy up. With `PULUMI_AKASH_FAULT_SIGNAL` set to `SIGSTOP` it halts there instead, so that a test
 * can kill the engine together with it.
 */
export function faultPoint(name: FaultPoint): void {
  const { PULUMI_AKASH_FAULT, PULUMI_AKASH_FAULT_SIGNAL = "SIGKILL" } = process.env;
  if (PULUMI_AKASH_FAULT === name) process.kill(process.pid, PULUMI_AKASH_FAULT_SIGNAL);
}
