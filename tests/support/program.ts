import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureToolchain, silentProgress } from "../../toolchain/index.ts";

export interface EngineResult {
  readonly code: number;
  readonly output: string;
}

/** A Pulumi program that uses this package as somebody else's would, with a state of its own. */
export interface TestProgram {
  /** Folder that goes with the program. */
  readonly folder: string;
  declare(source: string): void;
  /** Runs the engine on its stack. */
  pulumi(...args: string[]): Promise<EngineResult>;
  /** The same; any other exit code than 0 fails the test with what the engine said. */
  succeeds(...args: string[]): Promise<string>;
  remove(): void;
}

const projectFile = `name: workbench
main: index.ts
runtime:
  name: nodejs
  options:
    typescript: false
`;

export async function openProgram(): Promise<TestProgram> {
  const toolchain = await ensureToolchain({ tools: ["engine"], progress: silentProgress });
  const folder = mkdtempSync(join(tmpdir(), "pulumi-akash-program-"));
  const project = join(folder, "project");
  const state = join(folder, "state");
  for (const path of [project, state]) mkdirSync(path);
  writeFileSync(join(project, "Pulumi.yaml"), projectFile);
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "workbench", type: "module" }));
  symlinkSync(join(import.meta.dirname, "..", "..", "node_modules"), join(project, "node_modules"));
  const pulumi = (...args: string[]) => {
    const env = {
      ...process.env,
      ...toolchain.env,
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
    };
    const options = { cwd: project, env, maxBuffer: 64 * 1024 * 1024 };
    const all = [...args, "--stack", "test", "--non-interactive", "--color", "never"];
    return new Promise<EngineResult>((resolve) => {
      execFile(toolchain.path("pulumi"), all, options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr });
      });
    });
  };
  const succeeds = async (...args: string[]) => {
    const { code, output } = await pulumi(...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${output}`);
    return output;
  };
  await succeeds("stack", "init");
  return {
    folder,
    pulumi,
    succeeds,
    declare: (source) => writeFileSync(join(project, "index.ts"), source),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
