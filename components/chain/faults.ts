/** Places where a test kills the process, to prove that the next run heals. */
export type FaultPoint =
  | "after-pending"
  | "before-signing"
  | "after-broadcast"
  | "before-state"
  | "between-publish-and-switch";

/**
 * Does nothing, unless `PULUMI_AKASH_FAULT` names this point: then the process dies as by `kill -9`, without
 * a chance to tidy up.
 */
export function faultPoint(name: FaultPoint): void {
  if (process.env["PULUMI_AKASH_FAULT"] === name) process.kill(process.pid, "SIGKILL");
}
