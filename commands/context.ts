import { placesEnvironment } from "../components/site/placesEnvironment.ts";
import { readEmbedded, statusEmbedded } from "../embedded/index.ts";
import {
  createProgress,
  ensureToolchain,
  type Progress,
  stepsOnly,
  type Toolchain,
} from "../toolchain/index.ts";
import { type EngineOutput, type EngineRun, runEngine } from "./engine.ts";
import {
  EMBEDDED,
  PROJECT,
  pluginsOf,
  readStack,
  type Stack,
  StackError,
  stackEnvironment,
} from "./stack.ts";

/** Everything a command needs to drive one stack. */
export interface StackContext {
  readonly stack: Stack;
  readonly toolchain: Toolchain;
  /** Environment of the engine: toolchain, state and secrets of this stack. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs the engine on this stack. */
  engine(args: readonly string[], options: StackEngineOptions): Promise<EngineRun>;
}

export interface StackEngineOptions {
  readonly output: EngineOutput;
  readonly events?: boolean;
  readonly expected?: readonly number[];
}

/**
 * Reads the stack and has the programs ready that drive it.
 *
 * @param progress default: standard error, and only where programs have to be fetched or built
 */
export async function openContext(stackName: string, progress?: Progress): Promise<StackContext> {
  return contextOf(await readStack(stackName), progress, "make");
}

/**
 * The same of a stack whose services have to run, which is looked at first: having the programs ready can take long.
 * For commands that only look: a passphrase that there is not is not made.
 *
 * @throws StackError saying how to start them
 */
export async function openRunning(stackName: string, progress?: Progress): Promise<StackContext> {
  const stack = await readStack(stackName);
  await requireServices(stack);
  return contextOf(stack, progress, "find");
}

/**
 * The same of a stack of which only the state is read.
 *
 * @throws StackError saying how to start services that were never started
 */
export async function openDeployed(stackName: string): Promise<StackContext> {
  const stack = await readStack(stackName);
  await requireStarted(stack);
  return contextOf(stack, undefined, "find");
}

async function contextOf(
  stack: Stack,
  progress: Progress | undefined,
  passphrase: "make" | "find",
): Promise<StackContext> {
  const tools = stack.embedded ? (["engine", "embedded"] as const) : (["engine"] as const);
  const toolchain = await ensureToolchain({
    tools,
    ownPlugins: stack.embedded,
    needs: pluginsOf(stack.site),
    progress: progress ?? stepsOnly(createProgress()),
  });
  const env = {
    ...toolchain.env,
    ...(await stackEnvironment(stack, EMBEDDED, passphrase)),
    ...placesEnvironment(stack.site),
  };
  return {
    stack,
    toolchain,
    env,
    async engine([command = "", ...rest], options) {
      if (RUNS_PROGRAM.has(command)) toolchain.requirePlugins();
      return runEngine([command, "--stack", stack.name, "--non-interactive", ...rest], {
        cwd: PROJECT,
        env,
        ...options,
      });
    },
  };
}

/** The engine's commands that declare the site's resources. */
const RUNS_PROGRAM = new Set(["preview", "up"]);

/**
 * Refuses to look at an embedded stack whose services do not run. The wrong remedies of what does not answer, for
 * example another endpoint, are those of real sites.
 *
 * @throws StackError saying how to start them
 */
export async function requireServices(stack: Stack, folder = EMBEDDED): Promise<void> {
  await requireStarted(stack, folder);
  if (!stack.embedded) return;
  const gone = statusEmbedded(folder).filter(({ started, pid }) => started && pid === undefined);
  if (gone.length === 0) return;
  throw new StackError(
    `The embedded site of stack ${stack.name} has stopped: ${gone.map(({ name }) => name).join(", ")} no longer ${gone.length === 1 ? "runs" : "run"}. \`./up\` starts it again, with all that it had.`,
  );
}

/** Refuses an embedded stack whose services were never started or have been taken down. */
async function requireStarted(stack: Stack, folder = EMBEDDED): Promise<void> {
  if (stack.embedded && (await readEmbedded(folder)) === undefined) {
    throw new StackError(`The embedded site of stack ${stack.name} is not running. \`./up\` starts it.`);
  }
}
