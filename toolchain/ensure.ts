import { mkdirSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import type { Context } from "./context.ts";
import { COMPILED, composeEnvironment, linkPrograms, placePlugins } from "./environment.ts";
import { explainDiskError, ToolchainError } from "./errors.ts";
import { expandTools } from "./pins.ts";
import { findPlugins, lackingPlugin } from "./plugins.ts";
import { formatElapsed } from "./progress.ts";
import { findTool, hasReleaseAtHand, obtainTool } from "./resolve.ts";

/** Programs that are there, and the environment to run them in. */
export interface Toolchain {
  /** Absolute path of a program. Throws ToolchainError `unknown-tool` for one that was not asked for. */
  path(tool: string): string;
  /** PATH with the programs first, and what keeps Pulumi from searching for updates and plugins. */
  env: NodeJS.ProcessEnv;
  /** Throws ToolchainError `unavailable` for a plugin that the program needs and that is neither here nor to be had. */
  requirePlugins(): void;
}

const downloadsAtOnce = 4;
/** Go uses every core by itself, but not while it downloads or links: a second build fills that, given the memory. */
const buildsAtOnce = totalmem() > 12 * 2 ** 30 ? 2 : 1;

/** The work of `ensureToolchain`, on a context that tests can make. `started` is for the closing line. */
export async function ensureWith(
  context: Context,
  tools: readonly string[],
  started: number = Date.now(),
): Promise<Toolchain> {
  const { root, env } = context;
  try {
    mkdirSync(root, { recursive: true });
    const programs = await locateAll(context, expandTools(context.pins, tools));
    const binFolder = linkPrograms(root, placePlugins(context, programs));
    const { search, lacking } = await findPlugins(context);
    const result = composeEnvironment(env, binFolder, search, join(root, COMPILED));
    context.progress.line(`toolchain ready (${formatElapsed(Date.now() - started)})`);
    return {
      env: result,
      path: (tool) => pathOf(programs, binFolder, tool),
      requirePlugins() {
        const [first] = lacking;
        // Who says whether the engine is to search knows where it finds them.
        const told = env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION !== undefined;
        if (first !== undefined && !told) throw lackingPlugin(context, first);
      },
    };
  } catch (error) {
    throw explainDiskError(error, root);
  }
}

async function locateAll(context: Context, tools: string[]): Promise<Map<string, string>> {
  const programs = new Map<string, string>();
  const locate = async (names: string[]): Promise<string[]> => {
    const missing: string[] = [];
    for (const tool of names) {
      const path = await findTool(context, tool);
      if (path) programs.set(tool, path);
      else missing.push(tool);
    }
    return missing;
  };
  let missing = await locate(tools);
  if (missing.length > 0) {
    const atHand = await Promise.all(missing.map((tool) => hasReleaseAtHand(context, tool)));
    await eachAtOnce(
      downloadsAtOnce,
      missing.filter((_, i) => atHand[i]),
      (tool) => obtainTool(context, tool),
    );
    // A release may have brought along others (the language host comes with the engine).
    missing = await locate(missing);
    // What shares a wrapper shares packages, which the second build then finds compiled.
    const builds = Map.groupBy(missing, (tool) => context.pins.binaries[tool]?.module?.wrapper ?? tool);
    await eachAtOnce(buildsAtOnce, [...builds.values()], async (group) => {
      for (const tool of group) await obtainTool(context, tool);
    });
    missing = await locate(missing);
  }
  if (missing.length > 0) {
    throw new ToolchainError(
      "unavailable",
      `${missing.join(", ")}: installed, but not found in the cache folder ${context.root}`,
      "Something removes files there: check, and run the command again",
    );
  }
  return programs;
}

/**
 * Runs `act` for every item, at most `limit` at a time. After an error no further item is begun; the first error is
 * thrown when those that were begun have ended.
 */
async function eachAtOnce<T>(limit: number, items: T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const errors: unknown[] = [];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined && errors.length === 0; item = queue.shift()) {
      await act(item).catch((error: unknown) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (errors.length > 0) throw errors[0];
}

function pathOf(programs: Map<string, string>, binFolder: string, tool: string): string {
  if (programs.has(tool)) return join(binFolder, tool);
  throw new ToolchainError(
    "unknown-tool",
    `\`${tool}\` is not part of this toolchain`,
    `Ask ensureToolchain for it; it was asked for ${[...programs.keys()].join(", ")}`,
  );
}
