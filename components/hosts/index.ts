export { disconnect, disconnectAll, onHost, unknownHostKeys } from "./connect.ts";
export * from "./errors.ts";
export { pinHostKeys, pinnedHostsFile } from "./hostKeys.ts";
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
