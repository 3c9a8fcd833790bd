import { readdir } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { readProcesses } from "../../components/site/takeover/processes.ts";
import type { HostProcess } from "../../components/site/takeover/types.ts";

/** What matters of a machine for the doctor. */
export interface HostFindings {
  /** Files that hold a key of a wallet, left by a set-up by hand. */
  readonly keyFiles: readonly string[];
  /** Units of systemd that start a provider or a node of the chain. */
  readonly units: readonly string[];
  /** Providers that run outside the cluster. */
  readonly processes: readonly HostProcess[];
  /** Against this machine's clock; absent for this machine. */
  readonly clock?: { readonly aheadSeconds: number; readonly synchronized: boolean };
  /** Of the file systems that hold `/` and `/var/lib`, in bytes; absent for this machine. */
  readonly space?: readonly { readonly mount: string; readonly bytes: number; readonly free: number }[];
}

/** A machine of the site, read when it is asked for. */
export interface HostReader {
  readonly name: string;
  /** The machine that the doctor runs on, which may be none of the site's. */
  readonly here?: boolean;
  read(): Promise<HostFindings>;
}

/** Where guides and installers put keys, below a home folder. */
const KEY_FILE =
  /^(key\.pem|key-pass\.txt|keypass(word)?(\.txt)?|mnemonic(\.txt)?|wallet\.(key|pem)|provider\.key)$/;
const KEYRINGS = [".akash", ".provider-services"];
const UNIT = /^(akash|provider-services|praetor)[\w@.-]*\.service$/;

/**
 * The machine that the doctor runs on.
 *
 * @param root folder that stands for `/`
 */
export function localHost(root = "/", home = homedir()): HostReader {
  return {
    name: hostname(),
    here: true,
    async read() {
      const homes = [...new Set([home, "/root"])].map((folder) => join(root, folder));
      const [keys, units, processes] = await Promise.all([
        Promise.all(homes.map(keyFilesOf)),
        namesIn(join(root, "etc/systemd/system")),
        readProcesses(join(root, "proc")),
      ]);
      return {
        keyFiles: keys.flat().map((file) => `/${file.slice(root.length).replace(/^\/+/, "")}`),
        units: units.filter((name) => UNIT.test(name)),
        processes,
      };
    },
  };
}

async function keyFilesOf(home: string): Promise<string[]> {
  const [names, ...keyrings] = await Promise.all([
    namesIn(home),
    ...KEYRINGS.map(async (folder) =>
      (await namesIn(join(home, folder)))
        .filter((name) => /^keyring-(test|file|os)$/.test(name))
        .map((name) => join(home, folder, name)),
    ),
  ]);
  return [
    ...names.filter((name) => KEY_FILE.test(name)).map((name) => join(home, name)),
    ...keyrings.flat(),
  ].sort();
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
