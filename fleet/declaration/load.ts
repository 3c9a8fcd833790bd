import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { parseYaml } from "../../commands/yaml.ts";
import { FleetDeclarationError, FleetError } from "./errors.ts";
import { isMap } from "./merge.ts";
import { type Fleet, resolveFleet } from "./resolve.ts";

/**
 * Reads and checks the fleet's declaration.
 *
 * @param path a file, or a folder with `fleet.yaml` and one file per site in `sites/`, named after it
 * @param root folder that names in messages are relative to
 * @throws FleetDeclarationError with every problem of every site
 */
export async function loadFleet(path: string, root: string): Promise<Fleet> {
  const folder = !/\.ya?ml$/.test(path);
  const file = folder ? join(path, "fleet.yaml") : path;
  const where = relative(root, file);
  if (!existsSync(file)) {
    throw new FleetError(
      `There is no ${where}, which declares the sites of a fleet. docs/examples/fleet.yaml is one to start from; docs/fleet.md explains it.`,
    );
  }
  const declared = await readYaml(file, where);
  const checks = await checksFor(declared);
  const sitesFolder = join(path, "sites");
  if (!folder || !existsSync(sitesFolder)) return resolveFleet(declared, where, checks);
  return resolveFleet(await withSiteFiles(declared, sitesFolder, where), where, checks);
}

/** Ids of doctor's checks, where the declaration names some: doctor is not cheap to load. */
async function checksFor(declared: unknown): Promise<readonly string[]> {
  const inside = (value: unknown, key: string) => (isMap(value) ? value[key] : undefined);
  const ignored = ["rollout", "gate", "ignore"].reduce(inside, declared);
  if (!Array.isArray(ignored) || ignored.length === 0) return [];
  const { checks } = await import("../../doctor/index.ts");
  return checks.map(({ id }) => id);
}

async function withSiteFiles(declared: unknown, folder: string, where: string): Promise<unknown> {
  const base = isMap(declared) ? declared : {};
  const sites: Record<string, unknown> = { ...(isMap(base["sites"]) ? base["sites"] : {}) };
  const problems: string[] = [];
  for (const name of (await readdir(folder)).filter((entry) => /\.ya?ml$/.test(entry)).sort()) {
    const site = basename(name).replace(/\.ya?ml$/, "");
    if (site in sites)
      problems.push(`sites.${site}: is declared in ${where} and in sites/${name}. Keep one.`);
    sites[site] = await readYaml(join(folder, name), `sites/${name}`);
  }
  if (problems.length > 0) throw new FleetDeclarationError(where, problems);
  return { ...base, sites };
}

async function readYaml(file: string, where: string): Promise<unknown> {
  const text = await readFile(file, "utf8");
  return parseYaml(text, where, (problems) => new FleetDeclarationError(where, problems));
}
