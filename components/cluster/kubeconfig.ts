import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
// Narrow on purpose: the root of this package costs half a second to import.
import type { Cluster, Context, User } from "@kubernetes/client-node/dist/config_types.js";
import { newClusters, newContexts, newUsers } from "@kubernetes/client-node/dist/config_types.js";
import { parseDocument } from "yaml";
import { presentPlaces } from "../dynamic/places.ts";
import { KubeconfigInvalid, KubeconfigMissing } from "./errors.ts";
import { absolutePath } from "./paths.ts";
import type { ClusterAccess } from "./types.ts";

/** The current context of a kubeconfig, with the files it names as absolute paths. */
export interface Kubeconfig {
  /** What to call it in an error: its path, or that it was given as text. */
  readonly source: string;
  readonly text: string;
  /** Folder that relative paths in it start from. */
  readonly folder: string;
  readonly cluster: Cluster;
  readonly user: User;
}

/**
 * A file that is no longer there is read where it is declared now.
 *
 * @throws KubeconfigMissing, KubeconfigInvalid
 */
export async function readKubeconfig(
  access: ClusterAccess,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Kubeconfig> {
  if ("kubeconfig" in access) return parseKubeconfig(access.kubeconfig, "given as text", process.cwd());
  const given = absolutePath(access.kubeconfigPath);
  const path = existsSync(given) ? given : (presentPlaces(env).kubeconfigPath ?? given);
  const text = await readFile(path, "utf8").catch(() => {
    throw new KubeconfigMissing(path);
  });
  return parseKubeconfig(text, path, dirname(path));
}

/**
 * @param source what to call it in an error
 * @param folder where relative paths in it start from
 * @throws KubeconfigInvalid
 */
export function parseKubeconfig(text: string, source: string, folder: string): Kubeconfig {
  // Pretty errors would quote the line at fault, and with it a credential.
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) throw new KubeconfigInvalid(source, "it is not valid YAML");
  const content: unknown = document.toJS();
  if (!isRecord(content)) throw new KubeconfigInvalid(source, "it is empty");

  const only = { onInvalidEntry: "filter" } as const;
  const contextName = content["current-context"];
  const context = newContexts(content["contexts"], only).find(({ name }: Context) => name === contextName);
  if (!context) throw new KubeconfigInvalid(source, "its `current-context` names no context of it");
  const cluster = newClusters(content["clusters"], only).find(({ name }) => name === context.cluster);
  if (!cluster || !URL.canParse(cluster.server)) {
    throw new KubeconfigInvalid(source, `the cluster of context ${context.name} has no valid \`server\``);
  }
  const user = newUsers(content["users"], only).find(({ name }) => name === context.user);
  if (!user) throw new KubeconfigInvalid(source, `the user of context ${context.name} is missing`);

  const absolute = (file: string | undefined) => (file ? resolve(folder, file) : undefined);
  return {
    source,
    text,
    folder,
    cluster: { ...cluster, caFile: absolute(cluster.caFile) },
    user: {
      ...user,
      certFile: absolute(user.certFile),
      keyFile: absolute(user.keyFile),
      exec: user.exec && { ...user.exec, command: pluginPath(folder, user.exec.command) },
    },
  };
}

/** A plugin named with a slash is relative to the kubeconfig; a bare name is looked up in PATH. */
function pluginPath(folder: string, command: unknown): unknown {
  return typeof command === "string" && command.includes("/") ? resolve(folder, command) : command;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
