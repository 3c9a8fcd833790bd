import { X509Certificate } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { openCluster } from "../cluster/cluster.ts";
import type { Implementation } from "../dynamic/index.ts";
import type { HostAddress } from "../hosts/types.ts";
import { answers, readServerKubeconfig } from "./clusterAccess.ts";
import { NoServerAnswers } from "./errors.ts";
import { apiHost, apiUrl } from "./names.ts";

/** A site's kubeconfig file; nothing of its content is here. */
export interface KubeconfigInputs {
  readonly site: string;
  /** Where it is written, mode 0600. */
  readonly path: string;
  /** Servers in the order in which they are asked. */
  readonly servers: readonly HostAddress[];
  /** Name or address under which all servers are reached, if there is one. */
  readonly apiAddress?: string;
  /** Whether the file is there, its server answers, and its certificate is good for 30 days more. */
  readonly usable: boolean;
}

const RENEW_BEFORE_MS = 30 * 24 * 3600 * 1000;

/** Keeps the file with which everything else reaches the cluster. */
export function handler(): Implementation {
  return {
    async check(_olds: unknown, news: KubeconfigInputs) {
      return { inputs: declared(news) };
    },

    /** Never a replacement: what was made with the file is not made anew because the file changed. */
    async diff(_id: string, olds: KubeconfigInputs, news: KubeconfigInputs) {
      return { changes: !isDeepStrictEqual(declared(olds), declared(news)), replaces: [] };
    },

    async create(inputs: KubeconfigInputs) {
      await writeKubeconfig(inputs);
      return { id: inputs.site, outs: declared(inputs) };
    },

    async read(id: string, state: KubeconfigInputs) {
      const observed = { ...declared(state), usable: await isUsable(state.path) };
      return { id, props: observed, inputs: observed };
    },

    async update(_id: string, olds: KubeconfigInputs, news: KubeconfigInputs) {
      await writeKubeconfig(news);
      if (olds.path !== news.path) await rm(olds.path, { force: true });
      return { outs: declared(news) };
    },

    async delete(_id: string, state: KubeconfigInputs) {
      await rm(state.path, { force: true });
    },
  };
}

function declared({ site, path, servers, apiAddress, usable }: KubeconfigInputs): KubeconfigInputs {
  return { site, path, servers, ...(apiAddress === undefined ? {} : { apiAddress }), usable };
}

/**
 * Writes the kubeconfig of the first server that answers.
 *
 * @throws NoServerAnswers
 */
export async function writeKubeconfig({ site, path, servers, apiAddress }: KubeconfigInputs): Promise<void> {
  const tried: string[] = [];
  for (const address of servers) {
    try {
      const text = await readServerKubeconfig(address, apiUrl(apiAddress ?? apiHost(address)), site);
      if (!(await answers(await openCluster({ kubeconfig: text }, { timeoutMs: 10_000 })))) {
        tried.push(`the API server of ${address.host} is not ready`);
        continue;
      }
      await writePrivate(path, text);
      return;
    } catch (error) {
      tried.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new NoServerAnswers(tried);
}

/** Whole or not at all: a reader never sees half of it. */
async function writePrivate(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${process.pid}`;
  await writeFile(part, text, { mode: 0o600 });
  await chmod(part, 0o600);
  await rename(part, path);
}

async function isUsable(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).mode & 0o077) return false;
    const text = await readFile(path, "utf8");
    if (expiresSoon(text)) return false;
    return await answers(await openCluster({ kubeconfig: text }, { timeoutMs: 5_000 }));
  } catch {
    return false;
  }
}

function expiresSoon(text: string): boolean {
  const { users } = parse(text) as { users: { user: { "client-certificate-data"?: string } }[] };
  const data = users[0]?.user["client-certificate-data"];
  if (data === undefined) return false;
  const { validToDate } = new X509Certificate(Buffer.from(data, "base64"));
  return validToDate.getTime() - Date.now() < RENEW_BEFORE_MS;
}
