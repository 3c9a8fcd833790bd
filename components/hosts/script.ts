import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { shellVariables } from "./shell.ts";
import type { Desired } from "./types.ts";

/**
 * A bash script that is run on machines: `components/<area>/scripts/<name>.sh`.
 *
 * What it can rely on:
 * - It runs as root under `set -Eeuo pipefail`, with `LC_ALL=C.UTF-8` and the system's PATH, in `/`. A command
 *   that fails ends it and is named on standard error.
 * - Its desired state is in shell variables `want_…` (see shell.ts), secrets are in `secret_…`. None is exported.
 *   Name each at the top as `: "${want_version?}"`: that documents it, and shellcheck then knows it.
 * - Standard input is empty, or what the caller passed as `input`. No command can eat the script itself, and one
 *   that was cut off on its way is not begun: bash reads it whole before it runs a line.
 * - The functions of `hosts/scripts/lib.sh` are there: `say`, `fail`, `fact`, `facts`, `put`, and so on.
 * - Of scripts that change something, one runs at a time on a machine; a second one waits, even across programs.
 *
 * What it owes: it can be run again at any point, it prints progress to standard error, and its last line on
 * standard output is its facts as a JSON object, which `facts` prints.
 */
export interface HostScript<T = unknown> {
  /** What it does, as a noun phrase for texts: `installation of packages`. */
  readonly step: string;
  /** Path below `components/`. */
  readonly path: string;
  /** Whether it only reads: then it waits for nobody. */
  readonly readOnly: boolean;
  /** Checks the facts. @throws z.ZodError */
  parse(facts: unknown): T;
}

export interface HostScriptOptions<T> {
  /** What it does, as a noun phrase for texts: `installation of packages`. */
  readonly step: string;
  /** Form of its facts; default: whatever they are. */
  readonly facts?: z.ZodType<T>;
  /** Default false. */
  readonly readOnly?: boolean;
}

/**
 * @param path below `components/`, for example `k3s/scripts/install.sh`
 * @example
 * const install = hostScript("k3s/scripts/install.sh", { step: "installation of K3s", facts: z.object({ version: z.string() }) });
 * const { version } = await onHost(address, (host) => host.script(install, { version: "v1.34.3+k3s1" }));
 */
export function hostScript<T = unknown>(path: string, options: HostScriptOptions<T>): HostScript<T> {
  const { step, facts, readOnly = false } = options;
  return {
    step,
    path,
    readOnly,
    parse: (value) => (facts === undefined ? (value as T) : facts.parse(value)),
  };
}

const COMPONENTS = join(import.meta.dirname, "..");

/**
 * A script with its surroundings: one text for `bash -s`. A brace group is parsed to its end before anything in
 * it runs.
 *
 * @param secrets become `secret_…`
 * @param input whether something for the script follows on standard input
 */
export async function renderScript(
  script: Pick<HostScript, "path">,
  desired: Desired = {},
  { secrets = {}, input = false }: { secrets?: Readonly<Record<string, string>>; input?: boolean } = {},
): Promise<string> {
  const [library, body] = await Promise.all([scriptText("hosts/scripts/lib.sh"), scriptText(script.path)]);
  return [
    "{",
    "set -Eeuo pipefail",
    "cd /",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "export PATH LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive",
    library,
    ...shellVariables(desired),
    ...shellVariables(secrets, "secret"),
    body,
    "exit 0",
    input ? "}" : "} </dev/null",
    "",
  ].join("\n");
}

const texts = new Map<string, Promise<string>>();

/** The scripts do not change while a program runs. */
function scriptText(path: string): Promise<string> {
  const known = texts.get(path);
  if (known !== undefined) return known;
  const text = readFile(join(COMPONENTS, path), "utf8");
  texts.set(path, text);
  return text;
}
