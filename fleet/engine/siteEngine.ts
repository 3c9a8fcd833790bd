import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, PulumiCommand, Stack, type UpdateSummary } from "@pulumi/pulumi/automation/index.js";
import type { EngineEvent } from "../../commands/engineEvents.ts";
import { asRunFailure } from "./outcome.ts";

/** What one run of the engine on a stack left behind. */
export interface SiteRun {
  readonly events: readonly EngineEvent[];
  /** Resources by what was done to them. */
  readonly changes: Readonly<Record<string, number>>;
  /** Number of the stack's last update. */
  readonly update: number;
}

export interface SiteEngineOptions {
  /** Folder of Pulumi.yaml. */
  readonly project: string;
  readonly stack: string;
  /** Toolchain, state and secrets of this stack. */
  readonly env: NodeJS.ProcessEnv;
}

/** What judges an update. */
export interface Judges {
  readonly policyPacks: readonly string[];
  /** Files with the packs' settings, in their order. */
  readonly policyPackConfigs: readonly string[];
}

let command: Promise<PulumiCommand> | undefined;

/** The engine's program on PATH; asked for its version once, not for every site. */
function engineCommand(): Promise<PulumiCommand> {
  command ??= PulumiCommand.get();
  return command;
}

/** More than any stack's history has. */
const ALL_UPDATES = 1_000_000;

/** A stack's last update. Backends that are files and buckets number none of them, so they are counted. */
async function lastUpdate(stack: Stack): Promise<UpdateSummary | undefined> {
  const updates = await stack.history(ALL_UPDATES, 1, false);
  const [last] = updates;
  return last && { ...last, version: last.version || updates.length };
}

/** The library wants every variable to have a value. */
function defined(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/**
 * One site's stack behind the Automation API: each run is a process of its own, with its own temporary files, and
 * nothing is shared between sites but this process.
 */
export class SiteEngine {
  readonly #options: SiteEngineOptions;

  constructor(options: SiteEngineOptions) {
    this.#options = options;
  }

  /** Brings the world to the declaration; makes the stack where there is none. */
  async up({ policyPacks, policyPackConfigs }: Judges): Promise<SiteRun> {
    return this.#run(async (stack, hear) => {
      const { summary } = await stack.up({
        refresh: true,
        runProgram: true,
        // Nothing here has a use for secrets in plain text.
        showSecrets: false,
        policyPacks: [...policyPacks],
        policyPackConfigs: [...policyPackConfigs],
        onEvent: hear,
      });
      return { changes: { ...summary.resourceChanges }, update: summary.version };
    });
  }

  /** Removes what `up` made; the stack and its history stay. */
  destroy(): Promise<SiteRun> {
    return this.#run(async (stack, hear) => {
      const { summary } = await stack.destroy({
        refresh: true,
        // The program would declare the guard of leases protected again, which was just lifted.
        runProgram: false,
        showSecrets: false,
        onEvent: hear,
      });
      return { changes: { ...summary.resourceChanges }, update: summary.version };
    });
  }

  async #run(
    act: (stack: Stack, hear: (event: unknown) => void) => Promise<Omit<SiteRun, "events">>,
  ): Promise<SiteRun> {
    const events: EngineEvent[] = [];
    // The library's own types of events leave out fields that are read here.
    const hear = (event: unknown) => {
      events.push(event as EngineEvent);
    };
    try {
      return { ...(await this.#withStack((stack) => act(stack, hear))), events };
    } catch (error) {
      throw asRunFailure(error, events);
    }
  }

  async #withStack<Result>(act: (stack: Stack) => Promise<Result>): Promise<Result> {
    const { project, stack, env } = this.#options;
    // The Kubernetes plugin leaves a copy of the kubeconfig among the temporary files of each run.
    const temporary = await mkdtemp(join(tmpdir(), "pulumi-akash-run-"));
    try {
      const workspace = await LocalWorkspace.create({
        workDir: project,
        envVars: { ...defined(env), TMPDIR: temporary },
        pulumiCommand: await engineCommand(),
      });
      // Every command names its stack. A selection would be one file for all processes, and one more run of the engine.
      workspace.selectStack = async () => {};
      // After an update the API reads all outputs twice, once with secrets in plain text; nobody here looks at them.
      workspace.stackOutputs = async () => ({});
      const selected = await Stack.select(stack, workspace);
      selected.info = () => lastUpdate(selected);
      return await act(selected);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }
}
