import { stringify } from "yaml";
import { OptionInvalid } from "./errors.ts";
import { readMachineYaml } from "./machineYaml.ts";
import type { Registries, RegistryLogin, RegistryMirror } from "./types.ts";

/** A password that is on a machine and is not the declared variable's. */
export const OTHER_PASSWORD = "(the machine has another password)";

/** A file that cannot be read, which is another than any that is declared. */
const UNREADABLE: Registries = { mirrors: { "(the machine's file cannot be read)": { endpoints: [] } } };

interface RegistriesFile {
  mirrors?: Record<string, { endpoint?: string[]; rewrite?: Record<string, string> }>;
  configs?: Record<string, { auth?: { username?: string; password?: string } }>;
}

/**
 * `registries.yaml` with its passwords, for a node and for nowhere else; empty when nothing is declared.
 *
 * @throws OptionInvalid when a variable with a password is not set
 */
export function registriesFile(registries: Registries, env: NodeJS.ProcessEnv = process.env): string {
  const { mirrors = {}, logins = {} } = registries;
  const file: RegistriesFile = {};
  for (const [name, { endpoints, rewrite }] of entries(mirrors)) {
    file.mirrors ??= {};
    file.mirrors[name] = {
      endpoint: [...endpoints],
      ...(rewrite === undefined ? {} : { rewrite: { ...rewrite } }),
    };
  }
  for (const [name, { username, passwordEnv }] of entries(logins)) {
    const password = env[passwordEnv];
    if (!password) {
      throw new OptionInvalid(
        `The environment variable ${passwordEnv} is not set; it holds the password of the registry ${name}.`,
      );
    }
    file.configs ??= {};
    file.configs[name] = { auth: { username, password } };
  }
  return Object.keys(file).length === 0 ? "" : stringify(file);
}

/**
 * What a machine's file declares, compared with what is declared: a password that is the variable's is reported as
 * that variable, and so is one that cannot be compared because the variable is not set in this run.
 */
export function observedRegistries(
  text: string,
  declared: Registries = {},
  env: NodeJS.ProcessEnv = process.env,
): Registries {
  const content = readMachineYaml(text);
  if (content["unreadable"] === true) return UNREADABLE;
  const file = content as RegistriesFile;
  const mirrors = entries(file.mirrors ?? {}).map(
    ([name, { endpoint = [], rewrite }]): [string, RegistryMirror] => [
      name,
      { endpoints: endpoint, ...(rewrite === undefined ? {} : { rewrite }) },
    ],
  );
  const logins = entries(file.configs ?? {}).map(([name, { auth = {} }]): [string, RegistryLogin] => {
    const variable = declared.logins?.[name]?.passwordEnv;
    const expected = variable === undefined ? undefined : env[variable];
    const same = variable !== undefined && (!expected || expected === auth.password);
    return [name, { username: auth.username ?? "", passwordEnv: same ? variable : OTHER_PASSWORD }];
  });
  return {
    ...(mirrors.length === 0 ? {} : { mirrors: Object.fromEntries(mirrors) }),
    ...(logins.length === 0 ? {} : { logins: Object.fromEntries(logins) }),
  };
}

function entries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
