/**
 * A stand-in for the official command plugin, which exists as a release only: where that cannot be downloaded, tests
 * put this folder on PATH. It speaks the provider protocol and runs `command:remote:Command` over real SSH and
 * `command:local:Command` in a real shell. Copies, assets, `logging` and proxies are not there.
 */
import { delimiter, join } from "node:path";
import { findOnPath } from "../../../toolchain/processes.ts";

/** The environment with the stand-in on PATH, unless a command plugin is there already. */
export function withCommandPlugin(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (findOnPath("pulumi-resource-command", env).length > 0) return env;
  return { ...env, PATH: [join(import.meta.dirname, "bin"), env.PATH].join(delimiter) };
}
