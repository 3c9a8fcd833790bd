import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseSiteConfig, type SiteConfig } from "../components/site/config.ts";
import { lendPlugins, pluginsOfCache, pluginsOfHome, replaceLink } from "../toolchain/index.ts";
import { backendOf } from "./backend.ts";
import { PROJECT } from "./project.ts";
import { parseYaml } from "./yaml.ts";

export { PROJECT } from "./project.ts";

/** Folder with everything that belongs to the embedded site, its state included. */
export const EMBEDDED = process.env["PULUMI_AKASH_EMBEDDED"] ?? join(PROJECT, ".embedded");

/** The embedded stack's passphrase. It guards a throwaway wallet's stack and is no secret. */
const DEV_PASSPHRASE = "dev";

/** A stack that has no file, or whose file cannot be read or says nothing of a site. */
export class StackError extends Error {
  override readonly name = "StackError";
}

/** One site's stack: its declaration and where the engine finds its state. */
export interface Stack {
  readonly name: string;
  /** Path of `Pulumi.<name>.yaml`. */
  readonly file: string;
  readonly site: SiteConfig;
  /** Runs on the embedded cluster and chain, which `up` starts and `down` stops. */
  readonly embedded: boolean;
}

/**
 * Reads and validates a stack's declaration.
 *
 * @throws StackError when the stack file is missing, is no YAML or declares no site
 * @throws SiteConfigError when the declaration is not valid
 */
export async function readStack(name: string, folder = PROJECT): Promise<Stack> {
  const file = join(folder, `Pulumi.${name}.yaml`);
  if (!existsSync(file)) {
    throw new StackError(
      `There is no Pulumi.${name}.yaml. \`npm run init -- --stack ${name}\` asks a few questions and writes it.`,
    );
  }
  const refuse = (problems: readonly string[]) => new StackError(problems.join("\n"));
  const content = parseYaml(await readFile(file, "utf8"), `Pulumi.${name}.yaml`, refuse);
  const document = content as { config?: Record<string, unknown> } | null;
  const declared = document?.config?.["akash:site"];
  if (declared === undefined) {
    throw new StackError(
      `Pulumi.${name}.yaml declares no \`akash:site\`. \`npm run init -- --stack ${name} --force\` writes one.`,
    );
  }
  const site = parseSiteConfig(declared, `Pulumi.${name}.yaml`);
  return { name, file, site, embedded: site.network === "devnet" };
}

/** Official plugins, besides Kubernetes', that a site's resources are made with. */
export function pluginsOf({ dns, nodes = [] }: SiteConfig): string[] {
  return [
    ...(dns.provider === "cloudflare" ? ["cloudflare"] : []),
    ...(nodes.some(({ before, after }) => before.length + after.length > 0) ? ["command"] : []),
  ];
}

/**
 * The engine's variables for a stack: where its state is kept and what unlocks its secrets. What the person has
 * set wins. The embedded stack keeps its state with the services it describes; any other keeps it where the
 * person has logged in, else in their home folder, with a passphrase made once and readable by them alone.
 *
 * @param passphrase whether one that there is not is made; a command that must write nothing goes without it
 */
export async function stackEnvironment(
  stack: Pick<Stack, "name" | "embedded">,
  embeddedFolder = EMBEDDED,
  passphrase: "make" | "find" = "make",
): Promise<Record<string, string>> {
  if (stack.embedded) {
    const state = join(embeddedFolder, "state");
    await mkdir(state, { recursive: true });
    return {
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: DEV_PASSPHRASE,
      PULUMI_HOME: engineHome(embeddedFolder),
    };
  }
  const environment: Record<string, string> = {};
  if (backendOf(process.env) === undefined) environment["PULUMI_BACKEND_URL"] = "file://~";
  const { PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE } = process.env;
  if (PULUMI_CONFIG_PASSPHRASE === undefined && PULUMI_CONFIG_PASSPHRASE_FILE === undefined) {
    const file = keptFile(stack.name, "passphrase");
    if (passphrase === "make" && !existsSync(file)) await makePassphrase(stack.name, file);
    if (existsSync(file)) {
      await chmod(file, 0o600);
      environment["PULUMI_CONFIG_PASSPHRASE_FILE"] = file;
    }
  }
  return environment;
}

/**
 * A home of the engine's own with the embedded site, so that nothing of it is left elsewhere. Plugins are those of
 * the toolchain's cache, with what the person has of their own. A file stands where the engine would keep a log of
 * each run: all it sends to and gets from plugins, three megabytes and a quarter of its time, of a site that is
 * thrown away.
 */
function engineHome(embeddedFolder: string): string {
  const home = join(embeddedFolder, "engine");
  mkdirSync(home, { recursive: true });
  const link = join(home, "plugins");
  const plugins = resolve(pluginsOfCache());
  mkdirSync(plugins, { recursive: true });
  replaceLink(plugins, link);
  lendPlugins(pluginsOfHome(), plugins);
  if (!existsSync(join(home, "logs"))) writeFileSync(join(home, "logs"), "");
  return home;
}

/** Where something of a real stack is kept that belongs to neither its file nor its state. */
export function keptFile(stack: string, kind: "passphrase" | "backend"): string {
  const folder = join(process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config"), "pulumi-akash");
  return join(folder, `${stack}.${kind}`);
}

async function makePassphrase(stack: string, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, randomBytes(24).toString("base64url"), { mode: 0o600, flag: "wx" });
  process.stderr.write(
    `The passphrase of stack ${stack} was made and kept in ${file}. Back it up: without it the stack's secrets cannot be read.\n`,
  );
}
