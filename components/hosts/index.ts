export { disconnect, disconnectAll, onHost, unknownHostKeys } from "./connect.ts";
export * from "./errors.ts";
export { isRaw } from "./facts/disks.ts";
export { readFacts, readHostFacts } from "./facts/facts.ts";
export type { HostDisk, HostFacts, HostPartition, HostPciDevice, Listener } from "./facts/types.ts";
export { HostPreparation, type HostPreparationArgs } from "./HostPreparation.ts";
export { pinHostKeys, pinnedHostsFile } from "./hostKeys.ts";
export { describeProblem, HostsUnfit, preflightHosts } from "./preflight/preflight.ts";
export type { InspectedHost, PreflightWanted, Problem } from "./preflight/types.ts";
export { type FirewallOptions, type PreparationOptions, preparationOf } from "./preparation/defaults.ts";
export { planPreparation } from "./preparation/plan.ts";
export { prepareHost, readPreparation, unprepareHost } from "./preparation/steps.ts";
export type { Firewall, Preparation, Step } from "./preparation/types.ts";
export { type RebootOptions, RebootRefused, rebootHost } from "./reboot.ts";
export { RestartPending, takeRestartRequest } from "./restart/request.ts";
export {
  type ResumedCommand,
  removeResumeService,
  restartThisMachine,
  secretVariables,
} from "./restart/resume.ts";
export { type HostScript, type HostScriptOptions, hostScript } from "./script.ts";
export { nameOf } from "./ssh.ts";
export type {
  BastionAddress,
  Desired,
  DesiredValue,
  Host,
  HostAddress,
  Scalar,
  ScriptOptions,
} from "./types.ts";
