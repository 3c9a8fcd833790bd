import { existsSync } from "node:fs";
import { join } from "node:path";
import { pluginsOfHome } from "./cache.ts";
import { type Context, isOffered, type Remembered } from "./context.ts";
import { ToolchainError } from "./errors.ts";
import { findOnPath } from "./processes.ts";

const dayMs = 24 * 60 * 60_000;

/** A plugin that nothing is made with is asked about once a day: the engine would search for it in each run, 2.5 s long. */
const UNNEEDED: Remembered = { refusedMs: dayMs, silentMs: dayMs };
/** One that a site cannot do without is asked about again as soon as the line may be back. */
const NEEDED: Remembered = { refusedMs: dayMs };

/** What is known of the official plugins. */
export interface PluginsFound {
  /** Whether the engine is to look for plugins that are not installed. */
  readonly search: boolean;
  /** Those that the program needs, are not installed and cannot be had. */
  readonly lacking: readonly string[];
}

/** Looks for the official plugins here, and for what is not here at their host. */
export async function findPlugins(context: Context): Promise<PluginsFound> {
  const missing = Object.keys(context.pins.plugins).filter((name) => !isInstalled(context, name));
  const needed = missing.filter((name) => context.needs.includes(name));
  const lacking = await notOffered(context, needed, NEEDED);
  if (needed.length > 0) return { search: lacking.length === 0, lacking };
  return { search: (await notOffered(context, missing, UNNEEDED)).length === 0, lacking };
}

async function notOffered(context: Context, names: readonly string[], remembered: Remembered) {
  const offered = await Promise.all(
    names.map(async (name) => {
      const url = addressOf(context, name);
      return url === undefined || (await isOffered(context, url, remembered));
    }),
  );
  return names.filter((_, index) => !offered[index]);
}

function isInstalled({ env, plugins, pins }: Context, name: string): boolean {
  const folder = `resource-${name}-v${pins.plugins[name]?.version}`;
  return (
    [...plugins, pluginsOfHome(env)].some((one) => existsSync(join(one, folder))) ||
    findOnPath(`pulumi-resource-${name}`, env).length > 0
  );
}

function addressOf({ pins, platform }: Context, name: string): string | undefined {
  const { version, url } = pins.plugins[name] ?? {};
  return url && `${url}pulumi-resource-${name}-v${version}-${platform.replace("/", "-")}.tar.gz`;
}

/** That a plugin which the program needs is neither here nor to be had; the engine would only say that there is none. */
export function lackingPlugin(context: Context, name: string): ToolchainError {
  const address = addressOf(context, name) ?? "";
  const folder = join(pluginsOfHome(context.env), `resource-${name}-v${context.pins.plugins[name]?.version}`);
  return new ToolchainError(
    "unavailable",
    `The engine's plugin \`${name}\`, which this site needs, is not installed, and ${address} cannot be had`,
    `Check the network and run the command again in a minute, or unpack that file, from a machine that gets it, in ${folder}`,
  );
}
